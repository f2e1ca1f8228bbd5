# Which policies the entries of a cluster have.
list "eks_access_policy_association" "all" {
  provider = eks
  limit    = 3000

  config {
    cluster_name = "my-cluster"
  }
}

# Those of one principal.
list "eks_access_policy_association" "viewer" {
  provider = eks

  config {
    cluster_name  = "my-cluster"
    principal_arn = "arn:aws:iam::111122223333:role/viewer"
  }
}
