# Who may enter an EKS cluster, and what they may do there: the four entries of a typical cluster.

terraform {
  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}

# Credentials, and the region if you leave it out, come from where the AWS CLI takes them.
provider "eks" {
  region = var.region
}

# The cluster's own switch. From CONFIG_MAP, where only aws-auth counts, both steps to API are made. There is no way back.
resource "eks_authentication_mode" "this" {
  cluster_name        = var.cluster_name
  authentication_mode = "API"
}

locals {
  # Taken from the resource above, so that the mode is changed before the entries are made.
  cluster_name = eks_authentication_mode.this.cluster_name
}

# A person, whose rights come from your own RoleBindings and ClusterRoleBindings for these groups.
resource "eks_access_entry" "developer" {
  cluster_name      = local.cluster_name
  principal_arn     = "arn:aws:iam::${var.account_id}:user/jane"
  kubernetes_groups = ["developers", "on-call"]
}

# A role, whose rights come from an access policy of EKS, in some namespaces.
resource "eks_access_entry" "viewer" {
  cluster_name  = local.cluster_name
  principal_arn = "arn:aws:iam::${var.account_id}:role/viewer"
}

resource "eks_access_policy_association" "viewer" {
  cluster_name  = eks_access_entry.viewer.cluster_name
  principal_arn = eks_access_entry.viewer.principal_arn
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope {
    type       = "namespace"
    namespaces = var.viewer_namespaces
  }
}

# A role with every right. An entry may carry its policies itself; it then has these and no others.
resource "eks_access_entry" "admin" {
  cluster_name  = local.cluster_name
  principal_arn = "arn:aws:iam::${var.account_id}:role/platform-admin"

  access_policies = {
    AmazonEKSClusterAdminPolicy = {
      access_scope = { type = "cluster" }
    }
  }
}

# The role of self-managed nodes. EKS gives them their user name and their groups.
resource "eks_access_entry" "nodes" {
  cluster_name  = local.cluster_name
  principal_arn = "arn:aws:iam::${var.account_id}:role/nodes"
  type          = "EC2_LINUX"
}
