//! What follows the address in `terraform import`, and what `id` holds: one form, read and written here.
//!
//! The parts of an id are those of hashicorp/aws, and so are the separators. A region may follow after an `@`, as there.
//! Names in IAM may contain `@` too: an id whose principal ends in what looks like a region is written with the region
//! behind it, so that every id can be read back.

use crate::framework::{Diagnostic, Diagnostics};

use super::argument;

/// The last part of an id, and the region behind it, if there is one.
pub(super) fn split_region(id: &str) -> (&str, Option<&str>) {
    match id.rsplit_once('@') {
        Some((rest, region)) if is_region(region) => (rest, Some(region)),
        _ => (id, None),
    }
}

/// An id that [`split_region`] takes apart again.
pub(super) fn join(parts: &[&str], separator: char, region: &str) -> String {
    let id = parts.join(&separator.to_string());
    let needs_region = split_region(&id).1.is_some();
    if needs_region { join_with_region(parts, separator, region) } else { id }
}

/// An id that [`split_region`] takes apart again, with the region in any case.
pub(super) fn join_with_region(parts: &[&str], separator: char, region: &str) -> String {
    format!("{}@{region}", parts.join(&separator.to_string()))
}

/// The id of what a cluster has once: its name, and the region, if there is one.
pub(super) fn cluster(id: &str) -> Result<(String, Option<String>), Diagnostics> {
    let (cluster, region) = split_region(id);
    match argument::check_cluster_name(cluster) {
        Ok(()) => Ok((cluster.to_owned(), region.map(str::to_owned))),
        Err(_) => Err(unreadable(id, "CLUSTER_NAME", "\"my-cluster\"")),
    }
}

/// An id that cannot be read.
pub(super) fn unreadable(id: &str, form: &str, example: &str) -> Diagnostics {
    let detail = format!(
        "{id:?} is not of the form {form}, such as {example}. For an object in another region than the provider's, append \
         @ and the region."
    );
    Diagnostic::error("Invalid import id", detail).into()
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`
fn is_region(text: &str) -> bool {
    let mut parts: Vec<_> = text.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    parts.len() >= 2
        && parts.iter().all(is_word)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::super::Eks;
    use super::*;
    use crate::framework::Provider;
    use crate::value::Dynamic;

    #[test]
    fn an_at_sign_in_a_name_is_no_region() {
        for id in ["dev:arn:aws:iam::111122223333:user/jane@example.com", "dev:arn:aws:iam::111122223333:role/x@y-1"] {
            assert_eq!(split_region(id), (id, None));
        }
    }

    #[test]
    fn a_region_is_found_in_every_partition() {
        for region in
            ["us-east-1", "us-gov-west-1", "cn-north-1", "us-isob-east-1", "eusc-de-east-1", "ap-southeast-10"]
        {
            assert_eq!(split_region(&format!("dev@{region}")), ("dev", Some(region)));
        }
    }

    #[test]
    fn every_id_can_be_read_back() {
        for arn in ["arn:aws:iam::111122223333:role/x", "arn:aws:iam::111122223333:role/x@us-east-1"] {
            let id = join(&["dev", arn], ':', "eu-west-1");
            assert_eq!(split_region(&id).0, format!("dev:{arn}"));
        }
    }

    /// What a type of resource reads out of an id: cluster, principal, policy and region, as far as it has them.
    fn parts(type_name: &str, id: &str) -> [Option<String>; 4] {
        let resource = Eks::RESOURCES.iter().find(|resource| resource.name() == type_name).unwrap();
        let identity = resource.parse_import_id(id).unwrap();
        ["cluster_name", "principal_arn", "policy_arn", "region"]
            .map(|name| identity.attribute(name).and_then(Dynamic::as_str).map(str::to_owned))
    }

    prop_compose! {
        /// A principal with anything in its path and name that IAM allows, often what looks like a part of an id.
        fn principals()(
            kind in "role|user",
            path in collection::vec(r"[!-.0-~]{1,8}|@us-east-1|#|x:y", 0..3),
            name in "[A-Za-z0-9+=,.@_-]{1,12}",
            tail in "(@us-east-1)?",
        ) -> String {
            let path: String = path.into_iter().map(|part| part + "/").collect();
            format!("arn:aws:iam::111122223333:{kind}/{path}{name}{tail}")
        }
    }

    proptest! {
        #[test]
        fn every_principal_that_iam_allows_comes_back(
            cluster in "[0-9A-Za-z][A-Za-z0-9_-]{0,12}",
            principal in principals(),
            policy in "AmazonEKSViewPolicy|arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        ) {
            let given = |region: &str| (!region.is_empty()).then(|| region.to_owned());
            let [c, a, p] = [&cluster, &principal, &policy].map(|part| Some(part.clone()));

            let id = join(&[&cluster, &principal], ':', "eu-west-1");
            let region = given(if split_region(&id).1.is_some() { "eu-west-1" } else { "" });
            prop_assert_eq!(parts("eks_access_entry", &id), [c.clone(), a.clone(), None, region]);
            let id = join_with_region(&[&cluster, &principal], ':', "eu-west-1");
            prop_assert_eq!(parts("eks_access_entry", &id), [c.clone(), a.clone(), None, given("eu-west-1")]);

            let id = join(&[&cluster, &principal, &policy], '#', "eu-west-1");
            prop_assert_eq!(parts("eks_access_policy_association", &id), [c.clone(), a.clone(), p.clone(), None]);
            let id = join_with_region(&[&cluster, &principal, &policy], '#', "eu-west-1");
            prop_assert_eq!(parts("eks_access_policy_association", &id), [c, a, p, given("eu-west-1")]);
        }
    }
}
