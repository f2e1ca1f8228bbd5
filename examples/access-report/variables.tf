variable "cluster_name" {
  description = "The name of the cluster."
  type        = string
}

variable "region" {
  description = "The region of the cluster."
  type        = string
  default     = null
}

variable "managed_principal_arns" {
  description = "The principals whose entries you manage, as ARNs or patterns with *. All others are marked. Without it, none are."
  type        = set(string)
  default     = null
}

variable "iam_files" {
  description = "Files that `aws iam list-roles` and `aws iam list-users` wrote. With them, entries whose principal is gone or was made anew are marked."
  type        = list(string)
  default     = []
}

variable "now" {
  description = "The time that the page shows, in RFC 3339. The time of the run if left out."
  type        = string
  default     = null
}
