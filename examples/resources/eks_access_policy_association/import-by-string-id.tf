import {
  to = eks_access_policy_association.this
  id = "my-cluster#arn:aws:iam::111122223333:role/viewer#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
}
