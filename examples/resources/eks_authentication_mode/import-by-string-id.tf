import {
  to = eks_authentication_mode.this
  id = "my-cluster"
}
