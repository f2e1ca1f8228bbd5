# Who may do what on one cluster, as one HTML page that needs nothing else. `make access-report CLUSTER=…` runs this.

terraform {
  required_version = ">= 1.5"

  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}

# Credentials, and the region if you leave it out, come from where the AWS CLI takes them.
provider "eks" {
  region = var.region
}

data "eks_access_entries" "this" {
  cluster_name = var.cluster_name
}

data "eks_authentication_mode" "this" {
  cluster_name = var.cluster_name
}

locals {
  listings = [for file in var.iam_files : jsondecode(file(file))]
  made_in_iam = merge(
    { for role in flatten([for listing in local.listings : try(listing.Roles, [])]) : role.Arn => role.CreateDate },
    { for user in flatten([for listing in local.listings : try(listing.Users, [])]) : user.Arn => user.CreateDate },
  )
  accounts_in_iam = distinct([for arn in keys(local.made_in_iam) : split(":", arn)[4]])

  # As regular expressions, anchored: * stands for any characters, all others for themselves.
  managed = var.managed_principal_arns == null ? [] : [
    for pattern in var.managed_principal_arns : format("^%s$", replace(replace(pattern, "/[.+?()|\\[\\]{}^$\\\\]/", "\\$0"), "*", ".*"))
  ]

  entries = [
    for entry in data.eks_access_entries.this.access_entries : merge(entry, {
      account = try(split(":", entry.principal_arn)[4], "")
      kind    = try(regex("^arn:[^:]*:[^:]*:[^:]*:[^:]*:([a-z-]+)", entry.principal_arn)[0], "principal")
      path    = try(regex("^arn:[^:]*:[^:]*:[^:]*:[^:]*:[a-z-]+/(.*/)", entry.principal_arn)[0], "")
      name    = basename(entry.principal_arn)
      is_node = entry.type != "STANDARD"
      is_administrator = anytrue([
        for policy in entry.access_policies : policy.policy_name == "AmazonEKSClusterAdminPolicy" && policy.access_scope.type == "cluster"
      ])
      marks = concat(
        var.managed_principal_arns == null || anytrue([for pattern in local.managed : can(regex(pattern, entry.principal_arn))]) ? [] : [
          { class = "unmanaged", text = "unmanaged", why = "None of the principals that you manage: somebody made this entry by hand, or another tool did." },
        ],
        !contains(local.accounts_in_iam, try(split(":", entry.principal_arn)[4], "")) || contains(keys(local.made_in_iam), entry.principal_arn) ? [] : [
          { class = "dead", text = "principal gone", why = "IAM has no such role or user any more. Nobody can use this entry." },
        ],
        try(timecmp(local.made_in_iam[entry.principal_arn], entry.created_at), 0) <= 0 ? [] : [
          { class = "dead", text = "principal made anew", why = "The role or user is younger than the entry. EKS lets in only the one for which the entry was made, so this one is refused: make the entry anew." },
        ],
        entry.type != "STANDARD" || length(entry.access_policies) + length(entry.kubernetes_groups) > 0 ? [] : [
          { class = "idle", text = "gives nothing", why = "No policies and no groups: whoever signs in may do only what Kubernetes gives to its user name." },
        ],
      )
    })
  ]

  people     = [for entry in local.entries : entry if !entry.is_node]
  namespaces = sort(distinct(flatten([for entry in local.people : [for policy in entry.access_policies : tolist(policy.access_scope.namespaces)]])))

  page = {
    cluster        = var.cluster_name
    region         = data.eks_access_entries.this.region
    mode           = data.eks_authentication_mode.this.authentication_mode
    when           = formatdate("YYYY-MM-DD hh:mm", coalesce(var.now, plantimestamp()))
    people         = local.people
    nodes          = [for entry in local.entries : entry if entry.is_node]
    administrators = [for entry in local.people : entry.name if entry.is_administrator]
    marked         = [for entry in local.entries : entry.name if length(entry.marks) > 0]
    namespaces     = local.namespaces
    knows_managed  = var.managed_principal_arns != null
    knows_iam      = length(var.iam_files) > 0
    matrix = [
      for entry in local.people : {
        name = entry.name
        cells = [
          for column in concat([null], local.namespaces) : [
            for policy in entry.access_policies : trimsuffix(trimprefix(policy.policy_name, "AmazonEKS"), "Policy")
            if column == null ? policy.access_scope.type == "cluster" : contains(policy.access_scope.namespaces, coalesce(column, "-"))
          ]
        ]
      } if length(entry.access_policies) > 0
    ]
  }

  # Names and tags are the work of many people, and some of them may be no friends. Everything is escaped at once, on the way
  # through JSON, where the characters that mean something to HTML are unmistakable.
  escaped = jsondecode(replace(replace(replace(replace(replace(jsonencode(local.page),
  "\\\\", "&#92;"), "\\\"", "&quot;"), "\\u0026", "&amp;"), "\\u003c", "&lt;"), "\\u003e", "&gt;"))
}

output "html" {
  description = "The page."
  value       = templatefile("${path.module}/report.html.tftpl", local.escaped)
}
