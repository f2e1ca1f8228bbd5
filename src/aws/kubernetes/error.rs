//! What keeps aws-auth from being read.

use std::error::Error;
use std::fmt;

use crate::aws::{AwsError, Cluster};

/// What keeps `aws-auth` from being read, and what to do about it.
///
/// Displays as full sentences. It holds no secrets.
#[derive(Debug, Clone)]
pub struct KubernetesError {
    /// The cluster.
    pub cluster: String,
    /// Where its API server is, if it has one.
    pub endpoint: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// The kinds of trouble that call for different advice.
#[derive(Debug, Clone)]
pub enum Problem {
    /// The cluster has no API server, or none yet.
    NoEndpoint {
        /// The cluster's status.
        status: String,
    },
    /// What EKS calls the endpoint of the cluster is no address to send a token to.
    BadEndpoint,
    /// What EKS calls the certificate authority of the cluster is none.
    BadAuthority {
        /// What is wrong with it.
        reason: String,
    },
    /// No answer came.
    Unreachable {
        /// What happened instead.
        reason: String,
    },
    /// The connection broke before the whole answer was there.
    BrokeOff {
        /// How it broke.
        reason: String,
    },
    /// Whoever answers is not the cluster, as far as its certificate goes. The token was not sent.
    Untrusted {
        /// What is wrong with the certificate.
        reason: String,
    },
    /// The cluster does not know the caller.
    Unauthorized,
    /// The cluster knows the caller and does not let it read the ConfigMap.
    Forbidden {
        /// The cluster's words.
        message: String,
    },
    /// The cluster answers with another error.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The cluster's words.
        message: String,
    },
    /// Something answers that is not the Kubernetes API, or not as expected.
    NotUnderstood {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer.
        reason: String,
    },
    /// It did not get as far as the cluster: the settings are wrong, the time was up, or somebody asked to stop.
    Aws(AwsError),
}

impl fmt::Display for KubernetesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cluster, endpoint, problem } = self;
        write!(f, "The ConfigMap aws-auth of cluster {cluster} cannot be read")?;
        match endpoint {
            Some(endpoint) => write!(f, " from {endpoint}. {problem}"),
            None => write!(f, ". {problem}"),
        }
    }
}

impl Error for KubernetesError {}

impl KubernetesError {
    /// The problem of a cluster.
    pub fn about(cluster: &Cluster, problem: Problem) -> Self {
        Self { cluster: cluster.name.clone(), endpoint: cluster.endpoint.clone(), problem }
    }
}

impl Problem {
    /// Whether it is of the kind that passes by itself.
    pub(super) fn passes(&self) -> bool {
        match self {
            Self::BrokeOff { .. } => true,
            Self::Refused { status, .. } | Self::NotUnderstood { status, .. } => {
                matches!(status, 429 | 500 | 502 | 503 | 504)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEndpoint { status } => write!(
                f,
                "The cluster has no Kubernetes API server that could be asked; its status is {status}. Wait until it \
                 is ACTIVE."
            ),
            Self::BadEndpoint => f.write_str(
                "That is no address to send a token to: tokens go to https:// addresses only. Check the endpoint that \
                     `aws eks describe-cluster` shows, and endpoints.eks.",
            ),
            Self::BadAuthority { reason } => {
                write!(
                    f,
                    "What EKS gives for the cluster's certificate authority cannot be used: {reason}. \
                Check certificateAuthority in what `aws eks describe-cluster` shows, and endpoints.eks."
                )
            }
            Self::Unreachable { reason } => write!(
                f,
                "Its API server gave no answer: {reason}. If the cluster's endpoint is private, it answers \
                 only inside its VPC and the networks connected to that: run from there, over a VPN, or through a \
                 proxy that is named in https_proxy. If it is public, its publicAccessCidrs must include the address \
                 that requests come from."
            ),
            Self::BrokeOff { reason } => {
                write!(
                    f,
                    "The connection to its API server broke before the whole answer was there: {reason}. Run it again."
                )
            }
            Self::Untrusted { reason } => write!(
                f,
                "Whoever answers there has no certificate of the cluster's own authority: {reason}. Nothing was sent. \
                 Something in between that opens TLS, such as an inspecting proxy, has to let this address through; it \
                 may also be that the cluster was made anew since."
            ),
            Self::Unauthorized => f.write_str(
                "Its API server does not know the caller (401). Whoever the credentials belong to needs an access \
                 entry, or, unless the authentication mode is API, a row in aws-auth itself; the creator of a cluster \
                 may be let in without either. If there is one, check that the clock of this machine is right.",
            ),
            Self::Forbidden { message } => write!(
                f,
                "Its API server lets the caller in but not read this (403): {message}. The verb get on configmaps in \
                 the namespace kube-system is enough; the access policy AmazonEKSViewPolicy, scoped to that \
                 namespace, grants it."
            ),
            Self::Refused { status, message } => write!(
                f,
                "Its API server answered with status {status}: {message}. Run it again in a while; if it goes on, the API \
                 server has trouble of its own, which the cluster's health in the console of EKS may tell more of."
            ),
            Self::NotUnderstood { status, reason } => write!(
                f,
                "The answer, with status {status}, could not be understood: {reason}. Something other than the \
                 cluster's API server may have answered, such as a proxy."
            ),
            Self::Aws(error) => error.fmt(f),
        }
    }
}
