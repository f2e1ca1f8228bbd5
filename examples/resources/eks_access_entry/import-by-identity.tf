import {
  to = eks_access_entry.this
  identity = {
    cluster_name  = "my-cluster"
    principal_arn = "arn:aws:iam::111122223333:role/on-call"
  }
}
