# Nothing of this needs a cluster: the module makes entries out of a file, and nothing else.

variables {
  file = "tests/people.yaml"
}

run "one_team" {
  command = plan

  assert {
    condition = jsonencode(output.access_entries["ada"]) == jsonencode({
      principal_arn     = "arn:aws:iam::111122223333:role/ada"
      kubernetes_groups = ["developers", "payments"]
      policy_associations = {
        AmazonEKSEditPolicy = {
          policy_arn   = "AmazonEKSEditPolicy"
          access_scope = { type = "namespace", namespaces = ["payments", "shared-*"] }
        }
        AmazonEKSViewPolicy = {
          policy_arn   = "AmazonEKSViewPolicy"
          access_scope = { type = "namespace", namespaces = ["shop"] }
        }
      }
    })
    error_message = "ada has what payments gives: ${jsonencode(output.access_entries["ada"])}"
  }
}

run "several_teams" {
  command = plan

  assert {
    condition     = jsonencode(output.access_entries["grace"].kubernetes_groups) == jsonencode(["developers", "payments", "shop"])
    error_message = "the groups of all teams, each once: ${jsonencode(output.access_entries["grace"].kubernetes_groups)}"
  }

  assert {
    condition = jsonencode(output.access_entries["grace"].policy_associations["AmazonEKSEditPolicy"].access_scope) == jsonencode({
      type       = "namespace"
      namespaces = ["payments", "shared-*", "shop"]
    })
    error_message = "of one policy the namespaces of all teams, by whatever name they give the policy"
  }

  assert {
    condition = jsonencode(output.access_entries["grace"].policy_associations["AmazonEKSViewPolicy"].access_scope) == jsonencode({
      type       = "cluster"
      namespaces = null
    })
    error_message = "the whole cluster prevails over some namespaces"
  }
}

run "who_is_in_no_team_may_not_enter" {
  command = plan

  assert {
    condition     = jsonencode(keys(output.access_entries)) == jsonencode(["ada", "grace"])
    error_message = "only people in teams have entries: ${jsonencode(keys(output.access_entries))}"
  }
}

run "nobody_at_all" {
  command = plan

  variables {
    file = "tests/nothing.yaml"
  }

  assert {
    condition     = length(output.access_entries) == 0
    error_message = "no people, no entries"
  }
}

# What is said, tests/it/cli/modules.rs knows.
run "mistakes" {
  command = plan

  variables {
    file = "tests/mistakes.yaml"
  }

  expect_failures = [output.access_entries]
}

run "no_lists" {
  command = plan

  variables {
    file = "tests/no_lists.yaml"
  }

  expect_failures = [output.access_entries]
}
