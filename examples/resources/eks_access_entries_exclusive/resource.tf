resource "eks_access_entry" "on_call" {
  cluster_name  = "my-cluster"
  principal_arn = "arn:aws:iam::111122223333:role/on-call"
}

# Whoever is not named here loses access: the first plan warns of them, the next one takes them out, by name. Entries of nodes and
# of AWS's own roles stay.
resource "eks_access_entries_exclusive" "this" {
  cluster_name = "my-cluster"

  principal_arns = [
    eks_access_entry.on_call.principal_arn,
    "arn:aws:iam::111122223333:role/admin",
  ]

  # Entries that another team looks after.
  ignore = ["*:role/vendor-*"]
}
