output "view" {
  value = provider::eks::access_policy_arn("AmazonEKSViewPolicy")
}

output "view_in_china" {
  value = provider::eks::access_policy_arn("AmazonEKSViewPolicy", "aws-cn")
}
