//! Lists: one object after the other, nothing in vain, and an end whenever Terraform wants it.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::framework::engine::list::{Event, List as Question};
use terraform_provider_eks::framework::schema::{optional, required};
use terraform_provider_eks::framework::{Cx, Diagnostic, Diagnostics, Ended, List, Listing, Wanted};
use terraform_provider_eks::model;
use terraform_provider_eks::value::Value;

use super::toy::{Client, Thing, ThingIdentity, ThingModel, Toy, known, went_wrong};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, encoded, unconfigured};

/// `toy_thing`: pages of two things each, numbered from 1.
pub(super) struct Things;

model! {
    /// Which things.
    pub(super) struct ThingsConfig {
        /// How many pages there are.
        pub(super) pages: Value<i64> = required(),
        /// What goes wrong, and where.
        pub(super) fault: Value<String> = optional(),
    }
}

impl List for Things {
    type Resource = Thing;
    const DESCRIPTION: &'static str = "Things.";
    const TIMEOUT: Duration = Duration::from_secs(60);
    type Config = ThingsConfig;

    fn validate(&self, config: &ThingsConfig) -> Result<(), Diagnostics> {
        match config.pages {
            Value::Known(pages) if pages < 0 => {
                Err(Diagnostic::error("Less than nothing", "").at_attribute("pages").into())
            }
            _ => Ok(()),
        }
    }

    async fn list(
        &self,
        cx: &Cx<'_, Client>,
        config: ThingsConfig,
        wanted: Wanted,
        listing: &mut Listing<'_, Thing>,
    ) -> Result<(), Ended> {
        let fault = config.fault.into_known().unwrap_or_default();
        for page in 1..=config.pages.into_known().unwrap() {
            tracing::warn!(page, "fetching");
            cx.client.pages.fetch_add(1, Ordering::Relaxed);
            match (page, fault.as_str()) {
                (2, "page fails") => return Err(went_wrong().into()),
                (2, "page panics") => panic!("on purpose"),
                (2, "page hangs") => std::future::pending().await,
                _ => {}
            }
            for number in [page * 2 - 1, page * 2] {
                let name = format!("thing-{number}");
                if (number, fault.as_str()) == (2, "thing fails") {
                    cx.warn(Diagnostic::warning("Cannot read a thing", name.clone()));
                    let identity = ThingIdentity { name: known(&name), zone: Value::Null };
                    listing.push_identity(format!("{name}?"), identity).await?;
                } else if wanted.objects || number % 2 == 0 {
                    listing.push_object(&name, ThingModel::state(&name)).await?;
                } else {
                    let identity = ThingIdentity { name: known(&name), zone: known("north") };
                    listing.push_identity(&name, identity).await?;
                }
            }
        }
        if fault == "late warning" {
            cx.warn(Diagnostic::warning("Something is missing", ""));
        }
        Ok(())
    }
}

fn things(pages: i64, fault: &str) -> Question {
    let fault = (!fault.is_empty()).then(|| fault.to_owned()).into();
    let config = encoded(ThingsConfig { pages: Value::Known(pages), fault });
    Question { type_name: "toy_thing".to_owned(), config, include_object: false, limit: 100 }
}

/// The provider, and how many pages it has fetched.
async fn engine() -> (Arc<Engine<Toy>>, Arc<AtomicUsize>) {
    let toy = Toy::default();
    let pages = Arc::clone(&toy.pages);
    (Arc::new(toy.engine().await), pages)
}

async fn all(question: Question) -> Vec<Event> {
    engine().await.0.list(question).collect().await
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.display_name.as_str()).collect()
}

#[tokio::test]
async fn page_fails() {
    let events = all(things(3, "page fails")).await;
    assert_eq!(names(&events), ["thing-1", "thing-2", ""]);
    assert_said(&events[2].diagnostics, &["error: Went wrong"]);
    assert_eq!((&events[2].identity, &events[2].object), (&None, &None));
}

#[tokio::test]
async fn page_panics() {
    let events = all(things(3, "page panics")).await;
    assert_eq!(names(&events), ["thing-1", "thing-2", ""]);
    assert_said(&events[2].diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&events[2].diagnostics);
}

/// One object that cannot be read does not hide the others.
#[tokio::test]
async fn thing_fails() {
    let events = all(Question { include_object: true, ..things(2, "thing fails") }).await;
    assert_eq!(names(&events), ["thing-1", "thing-2?", "thing-3", "thing-4"]);
    assert_said(&events[1].diagnostics, &["warning: Cannot read a thing"]);
    assert!(events[1].identity.is_some() && events[1].object.is_none());
    assert_nothing_said(&events[2].diagnostics);
}

#[tokio::test]
async fn warning_after_the_last_thing() {
    let events = all(things(1, "late warning")).await;
    assert_eq!(names(&events), ["thing-1", "thing-2", ""]);
    assert_said(&events[2].diagnostics, &["warning: Something is missing"]);
}

#[tokio::test]
async fn not_configured() {
    let events: Vec<_> = Arc::new(unconfigured()).list(things(1, "")).collect().await;
    assert_said(&events[0].diagnostics, &["error: Provider not configured"]);
}

#[tokio::test]
async fn unknown_type() {
    let events = all(Question { type_name: "toy_slow".to_owned(), ..things(1, "") }).await;
    assert_said(&events[0].diagnostics, &["error: Unknown type"]);
}

#[tokio::test]
async fn configuration_is_wrong() {
    let config = encoded(ThingsConfig { pages: Value::Known(-1), fault: Value::Null });
    let validated = unconfigured().validate_list("toy_thing", config).await;
    assert_said(&validated.diagnostics, &["error at pages: Less than nothing"]);
    let config = encoded(ThingsConfig { pages: Value::Null, fault: Value::Null });
    let validated = unconfigured().validate_list("toy_thing", config).await;
    assert_said(&validated.diagnostics, &["error at pages: Missing required argument"]);
}

#[tokio::test]
async fn nothing_there() {
    assert_eq!(all(things(0, "")).await.len(), 0);
}

#[tokio::test]
async fn identities() {
    for event in all(things(2, "")).await {
        assert_nothing_said(&event.diagnostics);
        let name = event.display_name;
        let identity = ThingIdentity { name: known(&name), zone: known("north") };
        assert_eq!((event.identity.as_ref().and_then(decoded), event.object), (Some(identity), None), "{name}");
    }
}

#[tokio::test]
async fn whole_objects() {
    let events = all(Question { include_object: true, ..things(1, "") }).await;
    for (event, name) in events.iter().zip(["thing-1", "thing-2"]) {
        let identity = ThingIdentity { name: known(name), zone: known("north") };
        assert_eq!(event.identity.as_ref().and_then(decoded), Some(identity));
        assert_eq!(event.object.as_ref().and_then(decoded), Some(ThingModel::state(name)));
    }
}

/// The next page is fetched when somebody asks for what is on it, and not before.
#[tokio::test]
async fn pages_are_fetched_when_they_are_wanted() {
    let (engine, pages) = engine().await;
    let mut events = pin!(engine.list(things(3, "")));
    let mut fetched = vec![pages.load(Ordering::Relaxed)];
    while events.next().await.is_some() {
        fetched.push(pages.load(Ordering::Relaxed));
    }
    assert_eq!(fetched, [0, 1, 1, 2, 2, 3, 3]);
}

#[tokio::test]
async fn limit() {
    for (limit, listed, fetched) in [(0, 0, 0), (1, 1, 1), (2, 2, 1), (3, 3, 2), (100, 6, 3)] {
        let (engine, pages) = engine().await;
        let events: Vec<_> = engine.list(Question { limit, ..things(3, "") }).collect().await;
        assert_eq!((events.len(), pages.load(Ordering::Relaxed)), (listed, fetched), "limit {limit}");
    }
}

/// When Terraform hangs up, what is under way ends there and then.
#[tokio::test]
async fn hung_up_on() {
    let (engine, pages) = engine().await;
    let mut events = Box::pin(engine.list(things(3, "page hangs")));
    assert_eq!(events.next().await.unwrap().display_name, "thing-1");
    assert_eq!(events.next().await.unwrap().display_name, "thing-2");
    assert!(events.next().now_or_never().is_none(), "the second page hangs");
    drop(events);
    assert_eq!((Arc::strong_count(&engine), pages.load(Ordering::Relaxed)), (1, 2));
}
