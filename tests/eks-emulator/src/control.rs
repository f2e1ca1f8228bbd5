//! The control API under `/_emulator`: the library's methods over HTTP.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::faults::Fault;
use crate::reply::{self, Protocol};
use crate::request::Request;
use crate::world::World;

/// The first segment of every path here.
pub(crate) const PREFIX: &str = "_emulator";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClusterInput {
    mode: String,
}

/// Answers a request of the control API. Clusters are those of the emulator's region, or of the query's `region`.
pub(crate) fn answer(world: &World, request: &Request) -> Response<Full<Bytes>> {
    let segments: Vec<&str> = request.segments.iter().skip(1).map(String::as_str).collect();
    let region = request.query.first("region").unwrap_or(&world.options.region);
    let done = |result: Result<(), String>| result.map(|()| json!({}));
    let outcome = match (request.method.as_str(), segments.as_slice()) {
        ("POST", ["reset"]) => {
            world.reset();
            done(Ok(()))
        }
        ("GET", ["calls"]) => Ok(json!(world.calls.finished())),
        ("DELETE", ["calls"]) => {
            world.calls.clear();
            done(Ok(()))
        }
        ("GET", ["faults"]) => Ok(json!(world.faults.pending())),
        ("POST", ["faults"]) => done(body(request).map(|faults: Vec<Fault>| {
            for fault in faults {
                world.faults.add(fault);
            }
        })),
        ("DELETE", ["faults"]) => {
            world.faults.clear();
            done(Ok(()))
        }
        ("GET", ["settings"]) => Ok(json!(world.state.lock().settings)),
        ("PATCH", ["settings"]) => done(body(request).and_then(|patch| world.patch_settings(patch))),
        ("PUT", ["principals"]) => done(body(request).map(|arns| world.set_principals(arns))),
        ("PUT", ["clusters", name]) => {
            done(body(request).and_then(|cluster: ClusterInput| world.put_cluster(region, name, &cluster.mode)))
        }
        ("PUT", ["clusters", name, "aws-auth"]) => {
            done(body(request).and_then(|data| world.set_aws_auth(region, name, data)))
        }
        ("POST", ["clusters", name, "updates"]) => {
            body(request).and_then(|update| world.start_update(region, name, &update)).map(|id| json!({"id": id}))
        }
        ("POST", ["clusters", name, "updates", "finish"]) => done(world.finish_updates(region, name)),
        ("GET", ["clusters", name, "entries"]) => Ok(json!(world.entries(region, name))),
        ("PUT", ["clusters", name, "entries"]) => {
            done(body(request).and_then(|entry: Value| world.put_entry(region, name, entry)))
        }
        ("DELETE", ["clusters", name, "entries", principal]) => {
            Ok(json!({"removed": world.remove_entry(region, name, principal)}))
        }
        (method, _) => {
            let unknown = ApiError::not_implemented(&format!("{method} {}", request.path));
            return reply::failure(Protocol::RestJson, &unknown);
        }
    };
    match outcome {
        Ok(body) => reply::json(200, &body),
        Err(message) => reply::json(400, &json!({"message": message})),
    }
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, String> {
    serde_json::from_slice(&request.body).map_err(|error| format!("{} {}: {error}", request.method, request.path))
}
