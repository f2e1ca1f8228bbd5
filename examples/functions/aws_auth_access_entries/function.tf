locals {
  # With the kubernetes provider: data.kubernetes_config_map_v1.aws_auth.data
  aws_auth = {
    mapRoles = <<-YAML
      - rolearn: arn:aws:iam::111122223333:role/nodes
        username: system:node:{{EC2PrivateDNSName}}
        groups: [system:bootstrappers, system:nodes]
      - rolearn: arn:aws:iam::111122223333:role/deploy
        username: deploy:{{SessionName}}
        groups: [deployers]
    YAML
  }

  translated = provider::eks::aws_auth_access_entries(local.aws_auth, {
    # aws-auth names roles without their path; access entries need it.
    "arn:aws:iam::111122223333:role/deploy" = "arn:aws:iam::111122223333:role/pipelines/deploy"
  })
}

resource "eks_access_entry" "from_aws_auth" {
  for_each = local.translated.entries

  cluster_name      = "my-cluster"
  principal_arn     = each.value.principal_arn
  type              = each.value.type
  kubernetes_groups = each.value.kubernetes_groups
  user_name         = each.value.user_name
  access_policies   = each.value.access_policies
  on_conflict       = "adopt"
}

# Every row that no entry comes of, and why.
output "not_translated" {
  value = [for row in local.translated.rows : "${row.arn}: ${row.reason}" if row.verdict == "blocked"]
}
