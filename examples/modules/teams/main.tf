# From people and teams in YAML to the access entries of a cluster, in the shape that ../cluster-access and
# terraform-aws-modules/eks take. It needs no provider and makes nothing.
#
# Who is in several teams has the groups and the policies of all of them. Of a policy that several teams give, the namespaces
# are put together, and the whole cluster prevails over namespaces.

terraform {
  required_version = ">= 1.3"
}

locals {
  given = yamldecode(file(var.file))

  # As written. YAML lets a later key of a mapping replace an earlier one in silence, so both sections are lists: of two that
  # have the same name, both are seen.
  people = try([for person in local.given.people : person if !can(keys(local.given.people))], [])
  teams  = try([for team in local.given.teams : team if !can(keys(local.given.teams))], [])

  # What of it can be understood; mistakes.tf says what cannot.
  arns = {
    for person in local.people : tostring(person.name) => tostring(person.arn)...
    if can(regex(".", person.name)) && can(regex(".", person.arn))
  }
  understood = [
    for team in local.teams : {
      name    = tostring(team.name)
      members = try([for member in team.members : tostring(member)], [])
      groups  = try([for group in team.groups : tostring(group)], [])
      access = try([
        for access in team.access : {
          policy        = tostring(access.policy)
          namespaces    = try([for namespace in access.namespaces : tostring(namespace)], [])
          whole_cluster = try(access.scope == "cluster", false)
        } if can(regex(".", access.policy))
      ], [])
    } if can(regex(".", team.name))
  ]

  teams_of  = { for person, arns in local.arns : person => [for team in local.understood : team if contains(team.members, person)] }
  access_of = { for person, teams in local.teams_of : person => flatten([for team in teams : team.access]) }

  # Who is in no team may not enter.
  access_entries = {
    for person, teams in local.teams_of : person => {
      principal_arn     = local.arns[person][0]
      kubernetes_groups = sort(distinct(flatten([for team in teams : team.groups])))
      policy_associations = {
        for policy, given in { for access in local.access_of[person] : basename(access.policy) => access... } : policy => {
          policy_arn = given[0].policy
          access_scope = {
            type       = anytrue(given[*].whole_cluster) ? "cluster" : "namespace"
            namespaces = anytrue(given[*].whole_cluster) ? null : sort(distinct(flatten(given[*].namespaces)))
          }
        }
      }
    } if length(teams) > 0
  }
}
