ephemeral "eks_cluster_auth" "this" {
  name = "my-cluster"
}

locals {
  # For the argument token of the kubernetes and helm providers. It never gets into a plan or a state.
  kubernetes_token = ephemeral.eks_cluster_auth.this.token
}
