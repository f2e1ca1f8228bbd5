output "access_entries" {
  description = "The access entries, by the keys of var.access_entries."
  value       = eks_access_entry.this
}

output "access_policy_associations" {
  description = "The policies of the entries, by the key of the entry and the key of the association with an underscore in between."
  value       = eks_access_policy_association.this
}

output "principal_arns" {
  description = "Everybody who has an entry here, sorted: what eks_access_entries_exclusive takes."
  value       = sort([for entry in eks_access_entry.this : entry.principal_arn])
}
