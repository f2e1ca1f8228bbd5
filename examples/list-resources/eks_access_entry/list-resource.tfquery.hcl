# Everybody's entries, with those of nodes. With this list alone, two commands bring them under management:
#
#   terraform query -generate-config-out=generated.tf
#   terraform apply
list "eks_access_entry" "all" {
  provider = eks
  limit    = 3000

  config {
    cluster_name  = "my-cluster"
    include_nodes = true
  }
}

# Who came in through single sign-on and may change everything.
list "eks_access_entry" "sso_admins" {
  provider = eks

  config {
    cluster_name   = "my-cluster"
    principal_arns = ["*:role/aws-reserved/sso.amazonaws.com/*"]
    policy_arn     = "AmazonEKSClusterAdminPolicy"
  }
}
