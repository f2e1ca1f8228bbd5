# Everybody who may enter one cluster. `access_entries` has the shape that it has in terraform-aws-modules/eks 21, and so have
# the keys of the two resources: README.md shows how to switch without a change to the cluster.

terraform {
  required_version = ">= 1.3"

  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}

locals {
  associations = merge([
    for entry_key, entry in var.access_entries : {
      for policy_key, association in entry.policy_associations :
      "${entry_key}_${policy_key}" => merge(association, { entry_key = entry_key })
    }
  ]...)
}

resource "eks_access_entry" "this" {
  for_each = var.access_entries

  region            = var.region
  cluster_name      = var.cluster_name
  principal_arn     = each.value.principal_arn
  type              = each.value.type
  kubernetes_groups = each.value.kubernetes_groups
  user_name         = each.value.user_name
  tags              = merge(var.tags, each.value.tags)
  on_conflict       = var.on_conflict
}

resource "eks_access_policy_association" "this" {
  for_each = local.associations

  region        = var.region
  cluster_name  = var.cluster_name
  principal_arn = eks_access_entry.this[each.value.entry_key].principal_arn
  policy_arn    = each.value.policy_arn

  access_scope {
    type       = each.value.access_scope.type
    namespaces = each.value.access_scope.namespaces
  }
}
