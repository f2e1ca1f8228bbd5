//! What we tell about our work, if anybody listens: one JSON object per line on standard error, as Core reads it.
//!
//! Core shows our lines with its own under `TF_LOG`. When nobody asked for logs there is no subscriber at all, and an
//! event costs next to nothing.

mod line;

use std::io::{self, Write};
use std::sync::Mutex;

use time::OffsetDateTime;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use self::line::{Fields, Line};
use super::handshake::Lookup;

/// Sends what happens from now on to Core, if the user asked for it.
pub(super) fn init(provider: &str, lookup: impl Lookup) {
    let level = level(provider, lookup);
    if level == LevelFilter::OFF {
        return;
    }
    let lines = CoreLog::new(provider, level, io::stderr(), OffsetDateTime::now_utc);
    // It fails only when there is a subscriber already, and then that one is wanted.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(lines));
}

/// How much the user wants to know. The variable that names the provider wins over the one for all providers, and that
/// one over the one for everything.
fn level(provider: &str, lookup: impl Lookup) -> LevelFilter {
    let own = format!("TF_LOG_PROVIDER_{}", provider.to_uppercase().replace('-', "_"));
    [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .find_map(|name| lookup(name).filter(|level| !level.is_empty()))
        .map_or(LevelFilter::OFF, |level| match level.to_string_lossy().to_ascii_uppercase().as_str() {
            "OFF" => LevelFilter::OFF,
            "ERROR" => LevelFilter::ERROR,
            "WARN" => LevelFilter::WARN,
            "INFO" => LevelFilter::INFO,
            "DEBUG" => LevelFilter::DEBUG,
            // TRACE; JSON, which is TRACE in another form; and what Core does not know, which it takes for TRACE too.
            _ => LevelFilter::TRACE,
        })
}

/// Writes events and the fields of the spans around them as lines for Core.
pub struct CoreLog<W> {
    module: String,
    level: LevelFilter,
    out: Mutex<W>,
    now: fn() -> OffsetDateTime,
}

impl<W: Write> CoreLog<W> {
    /// The log of `provider` at `level`, written to `out` and dated by `now`.
    pub fn new(provider: &str, level: LevelFilter, out: W, now: fn() -> OffsetDateTime) -> Self {
        Self { module: format!("provider.{provider}"), level, out: Mutex::new(out), now }
    }
}

impl<S, W> Layer<S> for CoreLog<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + Send + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        // Below a warning, the libraries under us tell of headers and bodies, and so of credentials.
        let wanted = if is_ours(metadata.target()) { self.level } else { self.level.min(LevelFilter::WARN) };
        level_of(metadata) <= wanted
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.extend(of_span);
            }
        }
        event.record(&mut fields);

        let target = event.metadata().target();
        let module = if is_ours(target) { &self.module } else { target };
        let line = Line { level: level_of(event.metadata()), module, timestamp: (self.now)(), fields };
        // One write for each line, so that lines never mix. If Core does not listen any more, nobody does.
        if let Ok(mut out) = self.out.lock() {
            let _ = out.write_all(line.render().as_bytes());
        }
    }
}

/// The level of a line. Those of `log_info!` and `log_debug!` say it in their name.
fn level_of(metadata: &Metadata<'_>) -> Level {
    match metadata.name() {
        "debug" => Level::DEBUG,
        "info" => Level::INFO,
        _ => *metadata.level(),
    }
}

/// Whether the code that says it is this crate's.
fn is_ours(target: &str) -> bool {
    target.split("::").next() == module_path!().split("::").next()
}

#[cfg(test)]
mod tests;
