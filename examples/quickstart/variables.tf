variable "region" {
  description = "The region of the cluster."
  type        = string
  default     = "us-east-1"
}

variable "cluster_name" {
  description = "The name of the cluster. It has to exist."
  type        = string
  default     = "dev"
}

variable "account_id" {
  description = "The AWS account of the users and roles. They have to exist."
  type        = string
  default     = "111122223333"
}

variable "viewer_namespaces" {
  description = "Where the viewer may look around. Wildcards are allowed; the namespaces need not exist yet."
  type        = set(string)
  default     = ["payments", "shop", "dev-*"]
}
