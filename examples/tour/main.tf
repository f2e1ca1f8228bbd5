# What no other provider does, in one configuration. The cluster is in mode API already.

terraform {
  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}

provider "eks" {
  region = "us-east-1"
}

variable "operator_namespaces" {
  type    = set(string)
  default = ["payments"]
}

variable "builder_type" {
  type    = string
  default = "STANDARD"
}

variable "keep_admin" {
  type    = bool
  default = true
}

locals {
  cluster_name = "dev"
  account      = "arn:aws:iam::111122223333"
}

# Somebody made this entry by hand. It is taken over, with its policies, and the plan says so.
resource "eks_access_entry" "operator" {
  cluster_name      = local.cluster_name
  principal_arn     = "${local.account}:role/operator"
  kubernetes_groups = ["operators"]
  on_conflict       = "adopt"

  access_policies = {
    AmazonEKSEditPolicy = {
      access_scope = { type = "namespace", namespaces = var.operator_namespaces }
    }
  }
}

# Another type means another entry. The policies that it owns come back with it.
resource "eks_access_entry" "builder" {
  cluster_name  = local.cluster_name
  principal_arn = "${local.account}:role/builder"
  type          = var.builder_type

  access_policies = {
    AmazonEKSAutoNodePolicy = {
      access_scope = { type = "cluster" }
    }
  }
}

# The identity that runs this, and the only administrator.
resource "eks_access_entry" "admin" {
  count = var.keep_admin ? 1 : 0

  cluster_name  = local.cluster_name
  principal_arn = "${local.account}:role/admin"

  access_policies = {
    AmazonEKSClusterAdminPolicy = {
      access_scope = { type = "cluster" }
    }
  }
}

# Nobody else has an entry.
resource "eks_access_entries_exclusive" "this" {
  cluster_name = local.cluster_name
  principal_arns = [
    eks_access_entry.operator.principal_arn,
    eks_access_entry.builder.principal_arn,
    "${local.account}:role/admin",
  ]
}
