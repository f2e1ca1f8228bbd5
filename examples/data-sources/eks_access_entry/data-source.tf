data "eks_access_entry" "admin" {
  cluster_name  = "my-cluster"
  principal_arn = "arn:aws:iam::111122223333:role/admin"
}

output "policies_of_admin" {
  value = keys(data.eks_access_entry.admin.access_policies)
}
