import {
  to = eks_access_policy_association.this
  identity = {
    cluster_name  = "my-cluster"
    principal_arn = "arn:aws:iam::111122223333:role/viewer"
    policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
  }
}
