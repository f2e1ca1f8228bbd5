import {
  to = eks_access_entries_exclusive.this
  id = "my-cluster"
}
