# CLUSTER_NAME#PRINCIPAL_ARN#POLICY_ARN, and for another region than the provider's an @ and the region behind it
terraform import eks_access_policy_association.this 'my-cluster#arn:aws:iam::111122223333:role/viewer#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
