//! The log of calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::faults::FaultKind;

/// One EKS or STS call, as `GET /_emulator/calls` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Counts from 1 in the order of arrival; starts again when the log is cleared.
    pub seq: u64,
    /// `eks` or `sts`.
    pub service: String,
    /// The operation's name; method and path of a request that is none.
    pub operation: String,
    /// The region that the request was signed for, or the emulator's own.
    pub region: String,
    /// The cluster that the call is about.
    pub cluster: Option<String>,
    /// The principal whose entry the call is about.
    pub principal_arn: Option<String>,
    /// The query of an EKS call and the parameters of an STS call, under the names they have on the wire. No secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// The HTTP status of the reply; 0 if none was sent.
    pub status: u16,
    /// The error code of the reply, such as `ResourceNotFoundException`.
    pub error: Option<String>,
    /// The fault that spoiled the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultKind>,
    /// When the call arrived, in milliseconds since the emulator started.
    pub at_ms: u64,
    /// How long the reply took.
    pub took_ms: u64,
    /// How many calls were being served when this one arrived, with this one.
    pub in_flight: u32,
}

/// Every call since the last clear.
#[derive(Clone, Debug)]
pub(crate) struct CallLog {
    started: Instant,
    calls: Arc<Mutex<Calls>>,
}

#[derive(Debug, Default)]
struct Calls {
    next: u64,
    in_flight: u32,
    /// Grows with every clear, so that a call that was in flight then stays out of the new log.
    epoch: u64,
    finished: Vec<Call>,
}

impl CallLog {
    pub(crate) fn new() -> CallLog {
        CallLog { started: Instant::now(), calls: Arc::default() }
    }

    /// Starts a call; it is written down when the result is finished or dropped.
    pub(crate) fn arrived(&self, call: Call) -> CallInFlight {
        let arrived = Instant::now();
        let mut calls = self.lock();
        calls.next += 1;
        calls.in_flight += 1;
        let call = Call {
            seq: calls.next,
            in_flight: calls.in_flight,
            at_ms: millis(arrived.duration_since(self.started)),
            ..call
        };
        CallInFlight { call, epoch: calls.epoch, arrived, log: self.clone() }
    }

    /// In the order of arrival.
    pub(crate) fn finished(&self) -> Vec<Call> {
        let mut finished = self.lock().finished.clone();
        finished.sort_by_key(|call| call.seq);
        finished
    }

    pub(crate) fn clear(&self) {
        let mut calls = self.lock();
        calls.next = 0;
        calls.epoch += 1;
        calls.finished.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().expect("nothing panics while it holds the call log")
    }
}

/// A call that is being served.
///
/// Writes the call down when it goes, so that a call whose client hung up is in the log as well, with status 0.
#[derive(Debug)]
pub(crate) struct CallInFlight {
    pub(crate) call: Call,
    epoch: u64,
    arrived: Instant,
    log: CallLog,
}

impl Drop for CallInFlight {
    fn drop(&mut self) {
        let mut call = std::mem::take(&mut self.call);
        call.took_ms = millis(self.arrived.elapsed());
        let mut calls = self.log.lock();
        calls.in_flight -= 1;
        if calls.epoch == self.epoch {
            calls.finished.push(call);
        }
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_in_flight_count_themselves_and_come_out_in_the_order_of_arrival() {
        let log = CallLog::new();
        let first = log.arrived(Call::default());
        let second = log.arrived(Call::default());
        drop(second);
        drop(first);
        let seen: Vec<_> = log.finished().iter().map(|call| (call.seq, call.in_flight)).collect();
        assert_eq!(seen, [(1, 1), (2, 2)]);
    }

    #[test]
    fn a_call_that_was_in_flight_at_a_clear_stays_out_of_the_new_log() {
        let log = CallLog::new();
        let early = log.arrived(Call::default());
        log.clear();
        drop(early);
        assert_eq!(log.finished(), []);
    }
}
