# From CONFIG_MAP, both steps are made, one after the other. There is no way back.
resource "eks_authentication_mode" "this" {
  cluster_name        = "my-cluster"
  authentication_mode = "API"
}

# Taken from the mode, the name of the cluster makes entries wait until the cluster can have some.
resource "eks_access_entry" "on_call" {
  cluster_name  = eks_authentication_mode.this.cluster_name
  principal_arn = "arn:aws:iam::111122223333:role/on-call"
}
