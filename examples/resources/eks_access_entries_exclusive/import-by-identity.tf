import {
  to = eks_access_entries_exclusive.this
  identity = {
    cluster_name = "my-cluster"
  }
}
