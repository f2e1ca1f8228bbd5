data "eks_authentication_mode" "this" {
  cluster_name = "my-cluster"
}

check "access_entries" {
  assert {
    condition     = data.eks_authentication_mode.this.authentication_mode != "CONFIG_MAP"
    error_message = "The cluster has no access entries in this mode."
  }
}
