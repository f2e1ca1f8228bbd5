//! Associations that another provider has made.

use crate::framework::schema::{block, optional};
use crate::framework::{Diagnostics, Move, RawState, Timeouts};
use crate::model;
use crate::value::Value;

use super::super::access_scope::AccessScope;
use super::super::moves::{read, timeouts};
use super::AccessPolicyAssociationModel;

pub(super) const MOVES: &[Move<AccessPolicyAssociationModel>] = &[Move {
    provider: "hashicorp/aws",
    type_name: "aws_eks_access_policy_association",
    versions: 0..=0,
    run: from_aws,
}];

model! {
    /// The state of an `aws_eks_access_policy_association`, since hashicorp/aws 5.33. `region` came with 6.0.
    struct AwsAccessPolicyAssociation {
        /// A list of one.
        access_scope: Value<Vec<AccessScope>> = block(),
        /// Not in RFC 3339, as here, but as Go prints a time.
        associated_at: Value<String> = optional(),
        /// As here; so for all that follow.
        cluster_name: Value<String> = optional(),
        /// As here.
        id: Value<String> = optional(),
        /// Not in RFC 3339 either.
        modified_at: Value<String> = optional(),
        /// As here.
        policy_arn: Value<String> = optional(),
        /// As here.
        principal_arn: Value<String> = optional(),
        /// As here.
        region: Value<String> = optional(),
        /// As here.
        timeouts: Value<Timeouts> = block(),
    }
}

/// The times are left for the next refresh to fill in: EKS has them.
fn from_aws(state: &RawState) -> Result<AccessPolicyAssociationModel, Diagnostics> {
    let aws = read::<AwsAccessPolicyAssociation>(state)?;
    let scope = aws.access_scope.into_known().and_then(|scopes| scopes.into_iter().next());
    let scope = scope.map(|scope| AccessScope {
        namespaces: scope.namespaces.into_known().filter(|names| !names.is_empty()).into(),
        ..scope
    });
    let mut model = AccessPolicyAssociationModel {
        cluster_name: aws.cluster_name,
        principal_arn: aws.principal_arn,
        policy_arn: aws.policy_arn,
        region: aws.region,
        access_scope: scope.into(),
        timeouts: timeouts(aws.timeouts),
        ..AccessPolicyAssociationModel::default()
    };
    model.plan_id();
    Ok(model)
}
