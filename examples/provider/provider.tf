terraform {
  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}

# Credentials come from where the AWS CLI takes them. One provider serves every region: each object may name its own.
provider "eks" {
  region = "us-east-1"

  # A plan that locks out whoever runs it, or takes the last administrator's access, fails.
  lockout_guard = "refuse"

  default_tags {
    tags = {
      managed-by = "terraform"
    }
  }
}
