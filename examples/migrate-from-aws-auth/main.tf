# Leaving aws-auth behind: everybody whom the ConfigMap lets in gets an access entry, and then the cluster stops reading it.
#
# One configuration, three applies, each with a plan to read first:
#
#   1. as it stands: the cluster reads access entries beside aws-auth, and the entries are made;
#   2. with authentication_mode = "API": the step of no return, and nothing else;
#   3. with the entries written down in a file: nothing changes, and aws-auth may be deleted.

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

# The ConfigMap, read from the cluster itself, for as long as the entries come from there.
data "eks_aws_auth" "this" {
  count = var.entries == null ? 1 : 0

  cluster_name = var.cluster_name
  role_paths   = var.role_paths
}

locals {
  entries = var.entries == null ? data.eks_aws_auth.this[0].entries : var.entries
}

# The step to API is refused, in the plan and again in the apply, while a row of aws-auth is not covered by an entry.
resource "eks_authentication_mode" "this" {
  cluster_name        = var.cluster_name
  authentication_mode = var.authentication_mode
  require_coverage    = true
}

resource "eks_access_entry" "this" {
  for_each = local.entries

  # Taken from the mode, so that the cluster knows entries before they are made.
  cluster_name      = eks_authentication_mode.this.cluster_name
  principal_arn     = each.value.principal_arn
  type              = each.value.type
  kubernetes_groups = each.value.kubernetes_groups
  user_name         = each.value.user_name
  access_policies   = each.value.access_policies

  # For managed node groups EKS makes the entry itself, when the cluster leaves CONFIG_MAP.
  on_conflict = "adopt"

  # Without this, whoever deletes aws-auth too early deletes the entries that come from it.
  lifecycle {
    prevent_destroy = true
  }
}
