variable "file" {
  description = "The path of the YAML file."
  type        = string
}
