# What is wrong with the file, in sentences. A misspelt key would otherwise take rights away, or give them, in silence.

locals {
  mistakes = concat(
    [
      for section in ["people", "teams"] : "There has to be a list ${section}, each item of which begins with \"- name:\"."
      if can(keys(local.given[section])) || !can([for item in local.given[section] : item])
    ],
    [for key in try(keys(local.given), []) : "\"${key}\" is not known at the top. There are people and teams." if !contains(["people", "teams"], key)],
    local.mistakes_in_people,
    local.mistakes_in_teams,
    local.mistakes_in_access,
  )

  names_of_people = [for person in local.people : tostring(person.name) if can(regex(".", person.name))]
  arns_of_people  = [for person in local.people : tostring(person.arn) if can(regex(".", person.arn))]
  names_of_teams  = [for team in local.teams : tostring(team.name) if can(regex(".", team.name))]

  mistakes_in_people = concat(
    [for number, person in local.people : "Person ${number + 1} has no name." if !can(regex(".", person.name))],
    [for number, person in local.people : "${try("\"${person.name}\"", "Person ${number + 1}")} has no arn." if !can(regex(".", person.arn))],
    flatten([
      for number, person in local.people : [
        for key in try(keys(person), []) : "\"${key}\" of ${try("\"${person.name}\"", "person ${number + 1}")} is not known. A person has name and arn."
        if !contains(["name", "arn"], key)
      ]
    ]),
    [for name, same in { for name in local.names_of_people : name => name... } : "${length(same)} people are called \"${name}\"." if length(same) > 1],
    [
      for arn, names in { for person in local.people : person.arn => try(tostring(person.name), "?")... if can(regex(".", person.arn)) } :
      "${join(" and ", distinct(names))} have the same arn, ${arn}. A cluster has one entry for a principal." if length(distinct(names)) > 1
    ],
  )

  mistakes_in_teams = concat(
    [for number, team in local.teams : "Team ${number + 1} has no name." if !can(regex(".", team.name))],
    [for name, same in { for name in local.names_of_teams : name => name... } : "${length(same)} teams are called \"${name}\"." if length(same) > 1],
    flatten([
      for number, team in local.teams : [
        for key in try(keys(team), []) : "\"${key}\" of ${try("\"${team.name}\"", "team ${number + 1}")} is not known. A team has name, members, groups and access."
        if !contains(["name", "members", "groups", "access"], key)
      ]
    ]),
    flatten([
      for number, team in local.teams : [
        for key in ["members", "groups", "access"] : "${key} of ${try("\"${team.name}\"", "team ${number + 1}")} has to be a list."
        if(key == "members" || contains(try(keys(team), []), key)) && (can(keys(team[key])) || !can([for item in team[key] : item]))
      ]
    ]),
    [
      for team in local.understood : "\"${team.name}\" gives its members nothing: it has neither groups nor access."
      if length(team.groups) + length(team.access) == 0
    ],
    flatten([
      for team in local.understood : [
        for member in distinct(team.members) : "\"${member}\" is a member of \"${team.name}\", but not among the people."
        if !contains(local.names_of_people, member)
      ]
    ]),
    flatten([
      for team in local.understood : [
        for member, same in { for member in team.members : member => member... } : "\"${member}\" is a member of \"${team.name}\" ${length(same)} times."
        if length(same) > 1
      ]
    ]),
  )

  # Nobody gets the whole cluster because somebody forgot the namespaces.
  mistakes_in_access = flatten([
    for number, team in local.teams : [
      for access in try([for access in team.access : access], []) : [
        for mistake in concat(
          can(regex(".", access.policy)) ? [] : ["has no policy"],
          [for key in try(keys(access), []) : "has \"${key}\", which is not known: there are policy, namespaces and scope" if !contains(["policy", "namespaces", "scope"], key)],
          can(access.scope) == can(access.namespaces) ? ["has to have either namespaces or \"scope: cluster\""] : [],
          try(access.scope == "cluster", true) ? [] : ["has the scope ${jsonencode(access.scope)}: there is cluster, and for anything else namespaces"],
          can(access.namespaces) && (can(keys(access.namespaces)) || !can(regex(".", access.namespaces[0]))) ? ["has namespaces that are no list of names"] : [],
        ) : "Access of ${try("\"${team.name}\"", "team ${number + 1}")} to ${try("\"${access.policy}\"", "a policy")} ${mistake}."
      ]
    ]
  ])
}
