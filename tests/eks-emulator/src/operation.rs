//! The EKS operations: name, method, path and behaviour, in one list.

use hyper::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::eks::{access_entries, access_policies, clusters, tags, updates};
use crate::error::ApiError;
use crate::kubernetes::Kubernetes;
use crate::request::{Query, Request};
use crate::state::State;

/// The member of a body by which a request that comes again is known.
pub(crate) const CLIENT_REQUEST_TOKEN: &str = "clientRequestToken";

/// One operation of the EKS API.
pub(crate) struct Operation {
    /// As in the API reference.
    pub(crate) name: &'static str,
    method: Method,
    /// A segment in braces is a label; it matches any one segment.
    path: &'static str,
    /// Whether it honours a `clientRequestToken`; to the others that is a member like any that they do not know.
    pub(crate) takes_token: bool,
    pub(crate) run: fn(Call<'_>) -> Result<Value, ApiError>,
}

/// Everything that an operation works with.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) kubernetes: &'a Kubernetes,
    pub(crate) region: &'a str,
    /// The ARN that the call is made under.
    pub(crate) caller: &'a str,
    pub(crate) labels: &'a Labels,
    pub(crate) query: &'a Query,
    pub(crate) body: &'a Value,
}

/// What stands in the path's places; empty where the path has no such place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    pub(crate) cluster: String,
    pub(crate) principal: String,
    pub(crate) policy: String,
    pub(crate) update: String,
    pub(crate) resource: String,
}

impl Operation {
    /// The operation that a request is for, with the labels of its path.
    pub(crate) fn find(request: &Request) -> Option<(&'static Operation, Labels)> {
        OPERATIONS
            .iter()
            .filter(|operation| operation.method == request.method)
            .find_map(|operation| Some((operation, Labels::match_path(operation.path, &request.segments)?)))
    }
}

impl Call<'_> {
    /// The body as the operation's input. Members that the input does not have are ignored, as AWS does.
    pub(crate) fn input<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        T::deserialize(self.body).map_err(|error| ApiError::serialization(error.to_string()))
    }
}

/// The members of an object that are given: null is as good as left out.
pub(crate) fn given(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = object.as_object().into_iter().flatten();
    members.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), value))
}

impl Labels {
    fn match_path(template: &str, segments: &[String]) -> Option<Labels> {
        let template: Vec<&str> = template.trim_start_matches('/').split('/').collect();
        if template.len() != segments.len() {
            return None;
        }
        let mut labels = Labels::default();
        for (part, segment) in template.into_iter().zip(segments) {
            let place = match part {
                "{cluster}" => &mut labels.cluster,
                "{principal}" => &mut labels.principal,
                "{policy}" => &mut labels.policy,
                "{update}" => &mut labels.update,
                "{resource}" => &mut labels.resource,
                literal if literal == segment => continue,
                _ => return None,
            };
            segment.clone_into(place);
        }
        Some(labels)
    }
}

/// Every operation that the emulator knows.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateAccessEntry",
        method: Method::POST,
        path: "/clusters/{cluster}/access-entries",
        takes_token: true,
        run: access_entries::create,
    },
    Operation {
        name: "DescribeAccessEntry",
        method: Method::GET,
        path: "/clusters/{cluster}/access-entries/{principal}",
        takes_token: false,
        run: access_entries::describe,
    },
    Operation {
        name: "UpdateAccessEntry",
        method: Method::POST,
        path: "/clusters/{cluster}/access-entries/{principal}",
        takes_token: true,
        run: access_entries::update,
    },
    Operation {
        name: "DeleteAccessEntry",
        method: Method::DELETE,
        path: "/clusters/{cluster}/access-entries/{principal}",
        takes_token: false,
        run: access_entries::delete,
    },
    Operation {
        name: "ListAccessEntries",
        method: Method::GET,
        path: "/clusters/{cluster}/access-entries",
        takes_token: false,
        run: access_entries::list,
    },
    Operation {
        name: "AssociateAccessPolicy",
        method: Method::POST,
        path: "/clusters/{cluster}/access-entries/{principal}/access-policies",
        takes_token: false,
        run: access_policies::associate,
    },
    Operation {
        name: "DisassociateAccessPolicy",
        method: Method::DELETE,
        path: "/clusters/{cluster}/access-entries/{principal}/access-policies/{policy}",
        takes_token: false,
        run: access_policies::disassociate,
    },
    Operation {
        name: "ListAssociatedAccessPolicies",
        method: Method::GET,
        path: "/clusters/{cluster}/access-entries/{principal}/access-policies",
        takes_token: false,
        run: access_policies::list_associated,
    },
    Operation {
        name: "ListAccessPolicies",
        method: Method::GET,
        path: "/access-policies",
        takes_token: false,
        run: access_policies::list,
    },
    Operation {
        name: "CreateCluster",
        method: Method::POST,
        path: "/clusters",
        takes_token: true,
        run: clusters::create,
    },
    Operation {
        name: "DescribeCluster",
        method: Method::GET,
        path: "/clusters/{cluster}",
        takes_token: false,
        run: clusters::describe,
    },
    Operation {
        name: "DeleteCluster",
        method: Method::DELETE,
        path: "/clusters/{cluster}",
        takes_token: false,
        run: clusters::delete,
    },
    Operation { name: "ListClusters", method: Method::GET, path: "/clusters", takes_token: false, run: clusters::list },
    Operation {
        name: "UpdateClusterConfig",
        method: Method::POST,
        path: "/clusters/{cluster}/update-config",
        takes_token: true,
        run: updates::update_cluster_config,
    },
    Operation {
        name: "DescribeUpdate",
        method: Method::GET,
        path: "/clusters/{cluster}/updates/{update}",
        takes_token: false,
        run: updates::describe,
    },
    Operation {
        name: "ListUpdates",
        method: Method::GET,
        path: "/clusters/{cluster}/updates",
        takes_token: false,
        run: updates::list,
    },
    Operation {
        name: "TagResource",
        method: Method::POST,
        path: "/tags/{resource}",
        takes_token: false,
        run: tags::tag,
    },
    Operation {
        name: "UntagResource",
        method: Method::DELETE,
        path: "/tags/{resource}",
        takes_token: false,
        run: tags::untag,
    },
    Operation {
        name: "ListTagsForResource",
        method: Method::GET,
        path: "/tags/{resource}",
        takes_token: false,
        run: tags::list,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_operations_answer_the_same_request() {
        for (index, operation) in OPERATIONS.iter().enumerate() {
            let segments: Vec<String> = operation.path.split('/').skip(1).map(str::to_owned).collect();
            let first = OPERATIONS.iter().position(|other| {
                other.method == operation.method && Labels::match_path(other.path, &segments).is_some()
            });
            assert_eq!(first, Some(index), "{} is shadowed", operation.name);
        }
    }
}
