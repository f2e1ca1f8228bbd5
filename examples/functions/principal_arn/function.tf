# What data.aws_caller_identity.current.arn shows of a role is the session, for which there can be no access entry.
output "role" {
  value = provider::eks::principal_arn("arn:aws:sts::111122223333:assumed-role/deploy/session")
}
