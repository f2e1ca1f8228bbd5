resource "eks_access_entry" "no_principal" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:s3:::bucket" # error: Invalid principal
}

resource "eks_access_entry" "session" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:sts::111122223333:assumed-role/admin/me" # error: Invalid principal
}

resource "eks_access_entry" "service_linked_role" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS" # error: Invalid principal
}

resource "eks_access_entry" "masters" {
  cluster_name      = "dev"
  principal_arn     = "arn:aws:iam::111122223333:role/admin"
  kubernetes_groups = ["system:masters"] # error: Reserved group name
}

resource "eks_access_entry" "user_name" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/admin"
  user_name     = "system:admin" # error: Invalid user name
}

resource "eks_access_entry" "session_name" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/admin"
  user_name     = "{{SessionName}}" # error: Invalid user name
}

resource "eks_access_entry" "groups_of_nodes" {
  cluster_name      = "dev"
  principal_arn     = "arn:aws:iam::111122223333:role/nodes"
  type              = "EC2_LINUX"
  kubernetes_groups = ["nodes"] # error: Not for nodes
  user_name         = "node"    # error: Not for nodes
}

resource "eks_access_entry" "user_as_node" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:user/jane" # error: Not for nodes
  type          = "EC2_LINUX"
}

resource "eks_access_entry" "null" {
  cluster_name  = null # error: Missing required argument
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}

resource "eks_access_entry" "read_only" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
  created_at    = "2024-01-01T00:00:00Z" # error: Read-only attribute
}

resource "eks_access_policy_association" "cluster_with_namespaces" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope {
    type       = "cluster"
    namespaces = ["dev"] # error: Invalid access scope
  }
}

resource "eks_access_policy_association" "no_namespaces" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope { # error: Invalid access scope
    type = "namespace"
  }
}

resource "eks_access_policy_association" "unknown_scope" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope {
    type = "region" # error: Invalid access scope
  }
}

resource "eks_authentication_mode" "unknown" {
  cluster_name        = "dev"
  authentication_mode = "AWS_AUTH" # error: Unknown authentication mode
}
