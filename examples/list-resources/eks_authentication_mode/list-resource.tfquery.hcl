# The authentication mode of every cluster in Ireland.
list "eks_authentication_mode" "ireland" {
  provider         = eks
  include_resource = true

  config {
    region = "eu-west-1"
  }
}
