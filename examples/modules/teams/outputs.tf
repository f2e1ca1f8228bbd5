output "access_entries" {
  description = "The access entries, by the name of the person."
  value       = local.access_entries

  precondition {
    condition     = length(local.mistakes) == 0
    error_message = <<-TEXT
      ${var.file} cannot be used:
      ${join("\n", [for mistake in local.mistakes : "- ${mistake}"])}
    TEXT
  }
}
