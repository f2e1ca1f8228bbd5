variable "region" {
  description = "The region of the cluster."
  type        = string
  default     = "us-east-1"
}

variable "cluster_name" {
  description = "The name of the cluster. It has to exist, and its Kubernetes API has to be in reach."
  type        = string
  default     = "dev"
}

variable "authentication_mode" {
  description = "API_AND_CONFIG_MAP until every row of aws-auth is covered and tried out, then API. There is no way back."
  type        = string
  default     = "API_AND_CONFIG_MAP"
}

variable "role_paths" {
  description = "The real ARNs of roles that have a path, by the ARNs without it, which is how aws-auth has them."
  type        = map(string)
  default     = {}
}

variable "entries" {
  description = "The access entries, once they are written down: the output of the same name. null to take them from aws-auth."
  type = map(object({
    principal_arn     = string
    type              = string
    kubernetes_groups = set(string)
    user_name         = string
    access_policies = map(object({
      access_scope = object({ type = string, namespaces = set(string) })
    }))
  }))
  default = null
}
