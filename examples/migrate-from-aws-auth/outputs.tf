output "entries" {
  description = "The access entries, to be written down before aws-auth is deleted."
  value       = local.entries
}

output "left_over" {
  description = "The rows of aws-auth that somebody has to decide about, each with the reason."
  value       = [for row in flatten(data.eks_aws_auth.this[*].rows) : row if contains(["blocked", "conflict"], row.verdict)]
}
