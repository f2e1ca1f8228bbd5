resource "eks_access_entry" "viewer" {
  cluster_name  = "my-cluster"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}

# Taken from the entry, cluster and principal make Terraform wait for it. A change of the scope is made in place.
resource "eks_access_policy_association" "this" {
  cluster_name  = eks_access_entry.viewer.cluster_name
  principal_arn = eks_access_entry.viewer.principal_arn
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope {
    type       = "namespace"
    namespaces = ["payments", "dev-*"]
  }
}
