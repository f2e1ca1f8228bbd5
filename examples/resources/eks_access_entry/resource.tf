# People: the on-call role may look into three namespaces, and what is in access_policies is all that it may do.
resource "eks_access_entry" "this" {
  cluster_name  = "my-cluster"
  principal_arn = "arn:aws:iam::111122223333:role/on-call"

  access_policies = {
    AmazonEKSViewPolicy = {
      access_scope = { type = "namespace", namespaces = ["payments", "shop", "dev-*"] }
    }
  }
}

# A pipeline: its rights come from RoleBindings for the group deployers.
resource "eks_access_entry" "pipeline" {
  cluster_name      = "my-cluster"
  principal_arn     = "arn:aws:iam::111122223333:role/pipelines/deploy"
  kubernetes_groups = ["deployers"]
  user_name         = "pipeline:{{SessionName}}"

  tags = {
    team = "platform"
  }
}

# Nodes that join by themselves. Where EKS has made their entry already, it is taken over.
resource "eks_access_entry" "nodes" {
  cluster_name  = "my-cluster"
  principal_arn = "arn:aws:iam::111122223333:role/nodes"
  type          = "EC2_LINUX"
  on_conflict   = "adopt"
}
