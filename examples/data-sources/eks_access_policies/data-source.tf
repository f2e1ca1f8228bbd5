data "eks_access_policies" "all" {}

# Patterns narrow it down.
data "eks_access_policies" "views" {
  names = ["AmazonEKS*ViewPolicy"]
}

output "names" {
  value = data.eks_access_policies.views.access_policies[*].name
}
