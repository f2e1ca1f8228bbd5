use crate::arguments;
use crate::aws::access_policy::PolicyRef;
use crate::aws::arn::partitions;
use crate::framework::{Function, FunctionError, Variadic};

/// `access_policy_arn(name, partition?)`
pub struct AccessPolicyArn;

arguments! {
    /// What `access_policy_arn` takes.
    pub struct AccessPolicyArnArguments {
        /// The name of the access policy, such as `AmazonEKSViewPolicy`.
        name: String,
        /// The partition; `aws` if left out.
        partition: Variadic<String>,
    }
}

impl Function for AccessPolicyArn {
    const NAME: &'static str = "access_policy_arn";
    const SUMMARY: &'static str = "The ARN of an EKS access policy.";
    const DESCRIPTION: &'static str = "\
Gives the ARN of an EKS access policy by its name, in the partition `aws` or another one. Whether EKS offers a policy of that name \
is not checked: EKS adds policies over time, and `data.eks_access_policies` lists them.";
    type Arguments = AccessPolicyArnArguments;
    type Output = String;

    fn call(&self, arguments: AccessPolicyArnArguments) -> Result<String, FunctionError> {
        let AccessPolicyArnArguments { name, partition: Variadic(given) } = arguments;
        if given.len() > 1 {
            let text = "There is one partition at most: access_policy_arn(name) or access_policy_arn(name, partition).";
            return Err(FunctionError::in_argument(2, text));
        }
        let partition = given.first().map_or("aws", String::as_str);
        if !partitions().any(|known| known == partition) {
            let known: Vec<_> = partitions().collect();
            let text = format!("{partition:?} is no partition of AWS. There are {}.", known.join(", "));
            return Err(FunctionError::in_argument(1, text));
        }
        match PolicyRef::parse(&name) {
            Ok(policy @ PolicyRef::Name(_)) => Ok(policy.arn(partition)),
            Ok(PolicyRef::Arn { name: bare, .. }) => {
                let text = format!("{name:?} is an ARN already. Give the name: {bare:?}.");
                Err(FunctionError::in_argument(0, text))
            }
            Err(why) => Err(FunctionError::in_argument(0, format!("{name:?} names no access policy: {why}."))),
        }
    }
}
