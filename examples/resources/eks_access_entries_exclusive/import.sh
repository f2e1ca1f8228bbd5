# CLUSTER_NAME, and for another region than the provider's: CLUSTER_NAME@REGION
terraform import eks_access_entries_exclusive.this my-cluster
