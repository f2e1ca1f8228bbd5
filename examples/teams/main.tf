# The people and teams of teams.yaml may enter one cluster, and nobody else.

terraform {
  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}

variable "cluster_name" {
  description = "The name of the cluster. It has to exist."
  type        = string
  default     = "dev"
}

variable "ignore" {
  description = "Entries that are made elsewhere, as ARNs or patterns. Those of nodes are left alone anyway."
  type        = set(string)
  default     = ["arn:aws:iam::111122223333:role/admin"]
}

module "teams" {
  source = "../modules/teams"
  file   = "${path.module}/teams.yaml"
}

module "cluster_access" {
  source = "../modules/cluster-access"

  cluster_name   = var.cluster_name
  access_entries = module.teams.access_entries
}

# Who is too many already shows in the plan after the first apply. To have it in the first plan, import the set.
resource "eks_access_entries_exclusive" "this" {
  cluster_name   = var.cluster_name
  principal_arns = module.cluster_access.principal_arns
  ignore         = var.ignore
}
