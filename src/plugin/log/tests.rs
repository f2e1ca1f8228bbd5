//! What Core reads when we log.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tracing::{Level, error, event, span, warn};

use super::*;

#[test]
fn nothing_is_asked_for_by_an_empty_environment() {
    assert_eq!(level("eks", of(&[])), LevelFilter::OFF);
    assert_eq!(level("eks", of(&[("TF_LOG", ""), ("TF_LOG_PROVIDER", "")])), LevelFilter::OFF);
}

#[test]
fn nearest_variable_wins() {
    let (all, providers, own) = (("TF_LOG", "error"), ("TF_LOG_PROVIDER", "warn"), ("TF_LOG_PROVIDER_MY_EKS", "info"));
    assert_eq!(level("my-eks", of(&[all])), LevelFilter::ERROR);
    assert_eq!(level("my-eks", of(&[all, providers])), LevelFilter::WARN);
    assert_eq!(level("my-eks", of(&[all, providers, own])), LevelFilter::INFO);
    assert_eq!(level("my-eks", of(&[all, providers, ("TF_LOG_PROVIDER_MY_EKS", "off")])), LevelFilter::OFF);
}

#[test]
fn what_core_takes_for_trace_is_trace() {
    for level_of_core in ["TRACE", "json", "1"] {
        assert_eq!(level("eks", of(&[("TF_LOG", level_of_core)])), LevelFilter::TRACE);
    }
}

#[test]
fn line_is_json_with_the_fields_of_the_spans_around() {
    let lines = lines(LevelFilter::TRACE, || {
        let call =
            span!(Level::DEBUG, "call", tf_rpc = "ReadResource", tf_resource_type = tracing::field::Empty, n = 1);
        let _in_call = call.enter();
        call.record("tf_resource_type", "eks_access_entry");
        event!(
            Level::DEBUG,
            n = 2,
            known = true,
            share = 0.5,
            error = &fmt::Error as &dyn std::error::Error,
            "it's \"{}\"",
            "done"
        );
    });
    let expected = json!({
        "@level": "debug",
        "@message": "it's \"done\"",
        "@module": "provider.eks",
        "@timestamp": "2026-08-21T10:11:12.003450Z",
        "tf_rpc": "ReadResource",
        "tf_resource_type": "eks_access_entry",
        "n": 2,
        "known": true,
        "share": 0.5,
        "error": fmt::Error.to_string(),
    });
    assert_eq!(lines, [expected]);
}

/// Core crashes on a line in which one of its own keys is not a string.
#[test]
fn fields_of_core_cannot_be_set() {
    let lines = lines(LevelFilter::TRACE, || warn!("@level" = 7, "@timestamp" = true, message = 7));
    let [line] = lines.as_slice() else { panic!("not one line: {lines:?}") };
    assert_eq!(line["@level"], "warn");
    assert_eq!(line["@timestamp"], "2026-08-21T10:11:12.003450Z");
    assert_eq!(line["@message"], "7");
}

#[test]
fn libraries_are_heard_only_when_they_warn() {
    let lines = lines(LevelFilter::TRACE, || {
        event!(Level::DEBUG, "ours");
        event!(target: "h2::codec", Level::INFO, "authorization: secret");
        warn!(target: "h2::codec", "trouble");
    });
    let said: Vec<_> = lines.iter().map(|line| (line["@module"].as_str(), line["@message"].as_str())).collect();
    assert_eq!(said, [(Some("provider.eks"), Some("ours")), (Some("h2::codec"), Some("trouble"))]);
}

/// What a release still has: `tracing` takes them for warnings.
#[test]
fn lines_of_ours_keep_their_level() {
    let told = || {
        log_debug!(n = 1, "{}", "debug");
        log_info!("info");
    };
    let levels = |level| lines(level, told).iter().map(|line| line["@level"].clone()).collect::<Vec<_>>();
    assert_eq!(levels(LevelFilter::DEBUG), ["debug", "info"]);
    assert_eq!(levels(LevelFilter::INFO), ["info"]);
    assert_eq!(levels(LevelFilter::WARN), [] as [&str; 0]);
}

#[test]
fn nobody_is_heard_below_the_level() {
    let lines = lines(LevelFilter::ERROR, || {
        warn!("ours");
        warn!(target: "h2::codec", "theirs");
        error!("ours");
    });
    assert_eq!(lines.len(), 1);
}

/// Core cuts a longer line in two, and neither half is JSON.
#[test]
fn line_is_never_longer_than_core_reads() {
    for message in ["x".repeat(70_000), "\u{1}".repeat(70_000), "\u{1f980}".repeat(20_000)] {
        let written = written(LevelFilter::TRACE, || event!(Level::INFO, field = message.as_str(), "{message}"));
        assert!(written.len() <= 64 << 10, "{}", written.len());
        let line: Value = serde_json::from_slice(&written).unwrap();
        assert!(line["@message"].as_str().unwrap().contains("(cut: the line had "));
    }
}

/// The lines that `happening` leaves in a log at `level`.
fn lines(level: LevelFilter, happening: impl FnOnce()) -> Vec<Value> {
    let written = String::from_utf8(written(level, happening)).unwrap();
    assert!(written.is_empty() || written.ends_with('\n'));
    written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn written(level: LevelFilter, happening: impl FnOnce()) -> Vec<u8> {
    let out = Shared::default();
    let log = CoreLog::new("eks", level, out.clone(), now);
    tracing::subscriber::with_default(Registry::default().with(log), happening);
    std::mem::take(&mut *out.0.lock().unwrap())
}

/// 2026-08-21, 10:11:12.003450.
fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_787_307_072).unwrap() + Duration::from_micros(3_450)
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn of(variables: &[(&'static str, &'static str)]) -> impl Lookup {
    move |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.into())
}
