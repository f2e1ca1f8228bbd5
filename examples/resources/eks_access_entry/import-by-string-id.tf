import {
  to = eks_access_entry.this
  id = "my-cluster:arn:aws:iam::111122223333:role/on-call"
}
