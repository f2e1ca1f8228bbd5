# What the cluster reads today. The guide "Leave aws-auth behind" makes entries of it.
data "eks_aws_auth" "this" {
  cluster_name = "my-cluster"

  # aws-auth names roles without their path; access entries need it.
  role_paths = {
    "arn:aws:iam::111122223333:role/deploy" = "arn:aws:iam::111122223333:role/pipelines/deploy"
  }
}

# Every row that no access entry covers yet, and why.
output "not_covered" {
  value = [
    for row in data.eks_aws_auth.this.rows : "${row.arn}: ${row.reason}"
    if !contains(["covered", "dead"], row.verdict)
  ]
}
