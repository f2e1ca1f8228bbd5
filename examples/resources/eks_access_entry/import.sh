# CLUSTER_NAME:PRINCIPAL_ARN, and for another region than the provider's: CLUSTER_NAME:PRINCIPAL_ARN@REGION
terraform import eks_access_entry.this my-cluster:arn:aws:iam::111122223333:role/on-call
