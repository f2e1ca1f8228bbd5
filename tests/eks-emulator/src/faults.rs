//! Faults on order: rules that spoil the calls they match, each used up after so many.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::calls::Call;

/// The service of calls to a cluster's own API server.
pub(crate) const KUBERNETES: &str = "kubernetes";

/// One rule. Rules are looked at in the order in which they were added; the first that matches decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// The name of an EKS or STS operation, or `*` for every one of them; or `GetConfigMap`, for a look at aws-auth.
    pub operation: String,
    /// How many calls it spoils before it is used up.
    pub times: u32,
    /// What happens to them.
    pub kind: FaultKind,
    /// Milliseconds, for [`FaultKind::Hang`] and [`FaultKind::Delay`].
    pub ms: u64,
    /// Only calls on this cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Only calls on this principal's entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_arn: Option<String>,
    /// Lets this many matching calls pass first.
    pub after: u32,
}

/// What a fault does to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 ThrottlingException; nothing is done.
    Throttle,
    /// 500 ServerException; nothing is done.
    ServerError,
    /// 503 ServiceUnavailableException; nothing is done.
    Unavailable,
    /// 403 AccessDeniedException; nothing is done.
    AccessDenied,
    /// The connection closes before anything is done.
    Drop,
    /// The operation takes effect and the connection closes without a reply.
    DropAfter,
    /// Nothing is done, and after `ms` the connection closes without a reply.
    Hang,
    /// The operation takes effect at once and the reply comes after `ms`.
    Delay,
    /// 200 with a body that is neither JSON nor XML; nothing is done.
    Garbage,
}

impl FaultKind {
    /// Every one.
    pub const ALL: [FaultKind; 9] = [
        FaultKind::Throttle,
        FaultKind::ServerError,
        FaultKind::Unavailable,
        FaultKind::AccessDenied,
        FaultKind::Drop,
        FaultKind::DropAfter,
        FaultKind::Hang,
        FaultKind::Delay,
        FaultKind::Garbage,
    ];
}

impl Fault {
    /// Spoils the next call of that operation.
    pub fn new(operation: &str, kind: FaultKind) -> Fault {
        Fault { operation: operation.to_owned(), kind, ..Fault::default() }
    }

    fn matches(&self, call: &Call) -> bool {
        (self.operation == call.operation || self.operation == "*" && call.service != KUBERNETES)
            && self.cluster.as_ref().is_none_or(|cluster| call.cluster.as_ref() == Some(cluster))
            && self.principal_arn.as_ref().is_none_or(|arn| call.principal_arn.as_ref() == Some(arn))
    }
}

impl Default for Fault {
    /// Throttles the next call, whichever it is.
    fn default() -> Fault {
        Fault {
            operation: "*".to_owned(),
            times: 1,
            kind: FaultKind::Throttle,
            ms: 0,
            cluster: None,
            principal_arn: None,
            after: 0,
        }
    }
}

/// The rules that are not used up, for all who serve calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedFaults(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    faults: Mutex<Faults>,
    /// Told when the last one is used up.
    used_up: Notify,
}

impl SharedFaults {
    pub(crate) fn add(&self, fault: Fault) {
        self.lock().add(fault);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn pending(&self) -> Vec<Fault> {
        self.lock().pending().to_vec()
    }

    /// The rule that spoils this call, counted down.
    pub(crate) fn take(&self, call: &Call) -> Option<Fault> {
        let mut faults = self.lock();
        let taken = faults.take(call);
        if taken.is_some() && faults.pending().is_empty() {
            self.0.used_up.notify_waiters();
        }
        taken
    }

    /// Returns once none is left that waits for its calls.
    pub(crate) async fn used_up(&self) {
        let mut told = pin!(self.0.used_up.notified());
        loop {
            told.as_mut().enable();
            if self.lock().pending().is_empty() {
                return;
            }
            told.as_mut().await;
            told.set(self.0.used_up.notified());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Faults> {
        self.0.faults.lock().expect("nothing panics while it holds the faults")
    }
}

#[derive(Debug, Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn pending(&self) -> &[Fault] {
        &self.0
    }

    /// The rule that spoils this call, counted down.
    ///
    /// A rule that still lets calls pass is counted down too, and the rules behind it are looked at.
    fn take(&mut self, call: &Call) -> Option<Fault> {
        let mut taken = None;
        for fault in self.0.iter_mut().filter(|fault| fault.times > 0 && fault.matches(call)) {
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            fault.times -= 1;
            taken = Some(fault.clone());
            break;
        }
        self.0.retain(|fault| fault.times > 0);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(cluster: &str) -> Call {
        Call { operation: "DescribeAccessEntry".to_owned(), cluster: Some(cluster.to_owned()), ..Call::default() }
    }

    #[test]
    fn a_rule_is_used_up_after_its_times_and_the_next_one_takes_over() {
        let mut faults = Faults::default();
        faults.add(Fault { times: 2, ..Fault::new("*", FaultKind::Throttle) });
        faults.add(Fault::new("DescribeAccessEntry", FaultKind::Drop));
        let kinds: Vec<_> = (0..4).map(|_| faults.take(&describe("dev")).map(|fault| fault.kind)).collect();
        assert_eq!(kinds, [Some(FaultKind::Throttle), Some(FaultKind::Throttle), Some(FaultKind::Drop), None]);
    }

    #[test]
    fn a_rule_waits_for_its_cluster_and_lets_the_first_calls_pass() {
        let mut faults = Faults::default();
        faults.add(Fault {
            cluster: Some("dev".to_owned()),
            after: 1,
            ..Fault::new("DescribeAccessEntry", FaultKind::Drop)
        });
        assert_eq!(faults.take(&describe("prod")), None);
        assert_eq!(faults.take(&describe("dev")), None);
        assert!(faults.take(&describe("dev")).is_some());
        assert_eq!(faults.pending(), []);
    }

    #[test]
    fn a_look_at_aws_auth_is_spoiled_by_its_name_alone() {
        let look = Call { service: KUBERNETES.to_owned(), operation: "GetConfigMap".to_owned(), ..Call::default() };
        let mut faults = Faults::default();
        faults.add(Fault::new("*", FaultKind::Drop));
        assert_eq!(faults.take(&look), None);
        faults.add(Fault::new("GetConfigMap", FaultKind::Hang));
        assert_eq!(faults.take(&look).map(|fault| fault.kind), Some(FaultKind::Hang));
    }

    #[test]
    fn a_rule_with_an_unknown_member_is_refused() {
        let refusal = serde_json::from_str::<Fault>(r#"{"operation": "*", "time": 3}"#).unwrap_err();
        assert!(refusal.to_string().contains("time"), "{refusal}");
    }
}
