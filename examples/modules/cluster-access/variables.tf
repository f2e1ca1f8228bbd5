variable "cluster_name" {
  description = "The name of the cluster. It has to exist, in authentication mode API or API_AND_CONFIG_MAP."
  type        = string
}

variable "access_entries" {
  description = "Who may enter, by a key of your choice. A policy is given by ARN or by name."
  type = map(object({
    kubernetes_groups = optional(list(string))
    principal_arn     = string
    type              = optional(string, "STANDARD")
    user_name         = optional(string)
    tags              = optional(map(string), {})
    policy_associations = optional(map(object({
      policy_arn = string
      access_scope = object({
        namespaces = optional(list(string))
        type       = string
      })
    })), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition = length(distinct([for entry in var.access_entries : entry.principal_arn])) == length(var.access_entries)
    error_message = format("A cluster has one entry for a principal, but these have several: %s. Make one of each, with all of its groups and policies.", join("; ", [
      for principal, keys in { for key, entry in var.access_entries : entry.principal_arn => key... } : "${principal} (${join(", ", keys)})" if length(keys) > 1
    ]))
  }

  validation {
    condition = alltrue([
      for entry in var.access_entries : length(entry.policy_associations) == 0 if contains(["EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"], entry.type)
    ])
    error_message = format("EKS associates no policies with entries of type EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX and HYBRID_LINUX: what nodes may do comes with the type. Remove policy_associations from %s.", join(", ", [
      for key, entry in var.access_entries : "\"${key}\"" if length(entry.policy_associations) > 0 && contains(["EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"], entry.type)
    ]))
  }

  # By name, because a policy may be given by name in one place and by ARN in another.
  validation {
    condition = alltrue([
      for entry in var.access_entries :
      length(distinct([for association in entry.policy_associations : basename(association.policy_arn)])) == length(entry.policy_associations)
    ])
    error_message = format("An entry has a policy once, with all of its namespaces in one list. Given more than once: %s.", join("; ", flatten([
      for key, entry in var.access_entries : [
        for policy, associations in { for association_key, association in entry.policy_associations : basename(association.policy_arn) => association_key... } :
        "${policy} of \"${key}\" (${join(", ", associations)})" if length(associations) > 1
      ]
    ])))
  }
}

variable "on_conflict" {
  description = "What to do with a principal that has an entry already: \"fail\", or \"adopt\" to take the entry over. The plan says so either way."
  type        = string
  default     = "fail"
}

variable "region" {
  description = "The region of the cluster. The provider's region if left out."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of every entry, beside those of its own."
  type        = map(string)
  default     = {}
}
