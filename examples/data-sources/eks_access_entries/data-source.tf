# Everybody in the cluster, whoever has let them in.
data "eks_access_entries" "all" {
  cluster_name = "my-cluster"
}

output "who_may_do_what" {
  value = {
    for entry in data.eks_access_entries.all.access_entries :
    entry.principal_arn => [for policy in entry.access_policies : policy.policy_name]
  }
}

# Those who administer the cluster.
data "eks_access_entries" "administrators" {
  cluster_name = "my-cluster"
  policy_arn   = "AmazonEKSClusterAdminPolicy"
  types        = ["STANDARD"]
}

check "few_administrators" {
  assert {
    condition     = length(data.eks_access_entries.administrators.access_entries) <= 3
    error_message = "More than three principals administer the cluster."
  }
}
