# Against a cluster "dev" in authentication mode API that has no entries of these principals.

provider "eks" {
  region = "us-east-1"
}

variables {
  cluster_name = "dev"
}

run "every_field" {
  variables {
    tags = { managed-by = "terraform", team = "none" }

    access_entries = {
      developer = {
        principal_arn     = "arn:aws:iam::111122223333:user/jane"
        kubernetes_groups = ["developers", "on-call"]
        user_name         = "jane"
        tags              = { team = "payments" }
      }

      viewer = {
        principal_arn = "arn:aws:iam::111122223333:role/viewer"
        type          = "STANDARD"

        policy_associations = {
          everywhere = {
            policy_arn   = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
            access_scope = { type = "cluster" }
          }
          payments = {
            policy_arn   = "AmazonEKSEditPolicy"
            access_scope = { type = "namespace", namespaces = ["payments", "payments-*"] }
          }
        }
      }
    }
  }

  assert {
    condition     = toset(keys(eks_access_entry.this)) == toset(["developer", "viewer"])
    error_message = "one entry for each key"
  }

  assert {
    condition     = eks_access_entry.this["developer"].kubernetes_groups == toset(["developers", "on-call"])
    error_message = "groups"
  }

  assert {
    condition     = eks_access_entry.this["developer"].user_name == "jane"
    error_message = "user name"
  }

  assert {
    condition     = eks_access_entry.this["developer"].tags == tomap({ managed-by = "terraform", team = "payments" })
    error_message = "an entry's own tags prevail"
  }

  assert {
    condition     = eks_access_entry.this["viewer"].tags == tomap({ managed-by = "terraform", team = "none" })
    error_message = "tags of all"
  }

  assert {
    condition     = eks_access_entry.this["viewer"].user_name == "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}"
    error_message = "without a user name, EKS chooses one"
  }

  assert {
    condition     = toset(keys(eks_access_policy_association.this)) == toset(["viewer_everywhere", "viewer_payments"])
    error_message = "the keys are those of terraform-aws-modules/eks"
  }

  assert {
    condition     = eks_access_policy_association.this["viewer_everywhere"].access_scope.type == "cluster"
    error_message = "the whole cluster"
  }

  assert {
    condition     = eks_access_policy_association.this["viewer_payments"].access_scope.namespaces == toset(["payments", "payments-*"])
    error_message = "some namespaces"
  }

  assert {
    condition = output.principal_arns == tolist([
      "arn:aws:iam::111122223333:role/viewer",
      "arn:aws:iam::111122223333:user/jane",
    ])
    error_message = "principal_arns, sorted"
  }
}

run "nodes_of_every_type" {
  variables {
    access_entries = {
      EC2_LINUX      = { principal_arn = "arn:aws:iam::111122223333:role/linux", type = "EC2_LINUX" }
      EC2_WINDOWS    = { principal_arn = "arn:aws:iam::111122223333:role/windows", type = "EC2_WINDOWS" }
      FARGATE_LINUX  = { principal_arn = "arn:aws:iam::111122223333:role/fargate", type = "FARGATE_LINUX" }
      HYBRID_LINUX   = { principal_arn = "arn:aws:iam::111122223333:role/hybrid", type = "HYBRID_LINUX" }
      HYPERPOD_LINUX = { principal_arn = "arn:aws:iam::111122223333:role/hyperpod", type = "HYPERPOD_LINUX" }
    }
  }

  assert {
    condition     = length(eks_access_entry.this) == 5 && alltrue([for key, entry in eks_access_entry.this : entry.type == key])
    error_message = "types"
  }

  assert {
    condition     = contains(eks_access_entry.this["EC2_LINUX"].kubernetes_groups, "system:nodes")
    error_message = "EKS chooses the groups of nodes"
  }
}

# Under EKS Auto Mode, nodes have a policy. terraform-aws-modules/eks writes [] for the groups of nodes.
run "nodes_with_a_policy" {
  variables {
    access_entries = {
      auto = {
        principal_arn     = "arn:aws:iam::111122223333:role/auto"
        type              = "EC2"
        kubernetes_groups = []

        policy_associations = {
          nodes = {
            policy_arn   = "AmazonEKSAutoNodePolicy"
            access_scope = { type = "cluster" }
          }
        }
      }
    }
  }

  assert {
    condition     = eks_access_policy_association.this["auto_nodes"].policy_arn == "AmazonEKSAutoNodePolicy"
    error_message = "the policy of the nodes"
  }
}

run "nobody" {
  assert {
    condition     = length(eks_access_entry.this) + length(eks_access_policy_association.this) == 0
    error_message = "no entries, nothing to do"
  }
}

run "another_region" {
  command = plan

  variables {
    region         = "eu-central-1"
    access_entries = { ada = { principal_arn = "arn:aws:iam::111122223333:role/ada" } }
  }

  assert {
    condition     = eks_access_entry.this["ada"].region == "eu-central-1"
    error_message = "the region of the cluster"
  }
}

run "one_principal_twice" {
  command = plan

  variables {
    access_entries = {
      first  = { principal_arn = "arn:aws:iam::111122223333:role/ada" }
      second = { principal_arn = "arn:aws:iam::111122223333:role/ada" }
    }
  }

  expect_failures = [var.access_entries]
}

run "one_policy_twice" {
  command = plan

  variables {
    access_entries = {
      ada = {
        principal_arn = "arn:aws:iam::111122223333:role/ada"

        policy_associations = {
          payments = {
            policy_arn   = "AmazonEKSEditPolicy"
            access_scope = { type = "namespace", namespaces = ["payments"] }
          }
          shop = {
            policy_arn   = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
            access_scope = { type = "namespace", namespaces = ["shop"] }
          }
        }
      }
    }
  }

  expect_failures = [var.access_entries]
}

run "policies_of_nodes" {
  command = plan

  variables {
    access_entries = {
      nodes = {
        principal_arn = "arn:aws:iam::111122223333:role/nodes"
        type          = "EC2_LINUX"

        policy_associations = {
          view = {
            policy_arn   = "AmazonEKSViewPolicy"
            access_scope = { type = "cluster" }
          }
        }
      }
    }
  }

  expect_failures = [var.access_entries]
}
