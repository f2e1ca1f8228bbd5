//! What Terraform passes around. Knows nothing of RPCs, schemas or AWS.
