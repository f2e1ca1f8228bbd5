import {
  to = eks_authentication_mode.this
  identity = {
    cluster_name = "my-cluster"
  }
}
