//! The way of an AWS call through the emulator: found, delayed, throttled, spoiled, run, written down.

use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::DATE;
use serde_json::{Value, json};

use crate::arn::{self, Principal};
use crate::calls::{Call, CallInFlight};
use crate::eks::tags;
use crate::error::{ApiError, MOST_SKEW_MS};
use crate::faults::{Fault, FaultKind};
use crate::operation::{self, CLIENT_REQUEST_TOKEN, Labels, Operation};
use crate::reply::{self, Answer, Protocol};
use crate::request::{Query, Request};
use crate::server::NoReply;
use crate::state::ReplayKey;
use crate::sts::{self, StsCall};
use crate::world::World;

/// Answers an EKS or STS call, or refuses one that the emulator does not know with 501. Every answer says what time it is
/// at AWS.
pub(crate) async fn serve(world: &World, request: &Request) -> Result<Response<Full<Bytes>>, NoReply> {
    let mut response = answer(world, request).await?;
    if let Ok(date) = world.state.lock().aws_time().http().try_into() {
        response.headers_mut().insert(DATE, date);
    }
    Ok(response)
}

async fn answer(world: &World, request: &Request) -> Result<Response<Full<Bytes>>, NoReply> {
    let target = Target::of(request);
    let credential = request.credential();
    let region = credential.as_ref().map_or(world.options.region.as_str(), |credential| &credential.region);
    let access_key = credential.as_ref().map(|credential| credential.access_key.as_str());
    let mut record = world.calls.arrived(target.describe(request, region));

    let latency_ms = world.state.lock().settings.latency_ms;
    pause(latency_ms).await;
    if matches!(target, Target::Eks { .. }) && !world.rate_allows(Instant::now()) {
        return Ok(refuse(&mut record, &target, &ApiError::throttled()));
    }

    let now = world.state.lock().aws_time();
    if let Some(signed_at) =
        request.signed_at().filter(|signed_at| signed_at.ms_from(now) > MOST_SKEW_MS.unsigned_abs())
    {
        return Ok(refuse(
            &mut record,
            &target,
            &ApiError::out_of_time(target.code_of_bad_signatures(), signed_at, now),
        ));
    }

    let fault = world.faults.take(&record.call);
    record.call.fault = fault.as_ref().map(|fault| fault.kind);
    if let Some(fault) = &fault
        && let Some(spoiled) = spoil(fault, &mut record, &target, world, access_key).await
    {
        return spoiled;
    }

    let outcome = target.run(world, request, region, access_key);
    match fault {
        Some(Fault { kind: FaultKind::DropAfter, .. }) => return Err(NoReply),
        Some(Fault { kind: FaultKind::Delay, ms, .. }) => pause(ms).await,
        _ => {}
    }
    Ok(match outcome {
        Ok(answer) => {
            record.call.status = 200;
            reply::success(&record.call.operation, answer)
        }
        Err(error) => refuse(&mut record, &target, &error),
    })
}

/// What a request is for.
enum Target {
    Eks { operation: &'static Operation, labels: Labels, body: Result<Value, ApiError> },
    Sts { action: String, form: Query },
    Unknown,
}

impl Target {
    fn of(request: &Request) -> Target {
        if let Some((operation, labels)) = Operation::find(request) {
            let body = match request.body.as_ref() {
                [] => Ok(json!({})),
                bytes => serde_json::from_slice(bytes).map_err(|error| ApiError::serialization(error.to_string())),
            };
            return Target::Eks { operation, labels, body };
        }
        if !request.segments.is_empty() {
            return Target::Unknown;
        }
        // A presigned call has its action in the query, any other in the form that is its body.
        let form = Query::parse(&request.body);
        let form = if form.first("Action").is_some() { form } else { request.query.clone() };
        match form.first("Action") {
            Some(action) => Target::Sts { action: action.to_owned(), form },
            None => Target::Unknown,
        }
    }

    /// The call as the log shows it, before there is an outcome.
    fn describe(&self, request: &Request, region: &str) -> Call {
        let call = Call { region: region.to_owned(), ..Call::default() };
        match self {
            Target::Eks { operation, labels, body } => {
                let in_body = |member: &str| body.as_ref().ok()?.get(member)?.as_str().map(str::to_owned);
                let given = |label: &str| (!label.is_empty()).then(|| label.to_owned());
                let cluster = given(&labels.cluster)
                    .or_else(|| tags::cluster_of(&labels.resource).map(str::to_owned))
                    .or_else(|| in_body("name"));
                Call {
                    service: "eks".to_owned(),
                    operation: operation.name.to_owned(),
                    cluster,
                    principal_arn: given(&labels.principal).or_else(|| in_body("principalArn")),
                    params: request.query.without_secrets(),
                    ..call
                }
            }
            Target::Sts { action, form } => {
                Call { service: "sts".to_owned(), operation: action.clone(), params: form.without_secrets(), ..call }
            }
            Target::Unknown => {
                Call { service: "eks".to_owned(), operation: format!("{} {}", request.method, request.path), ..call }
            }
        }
    }

    fn protocol(&self) -> Protocol {
        match self {
            Target::Eks { .. } | Target::Unknown => Protocol::RestJson,
            Target::Sts { .. } => Protocol::Query,
        }
    }

    fn code_of_bad_signatures(&self) -> &'static str {
        match self {
            Target::Eks { .. } | Target::Unknown => "InvalidSignatureException",
            Target::Sts { .. } => "SignatureDoesNotMatch",
        }
    }

    fn run(
        &self,
        world: &World,
        request: &Request,
        region: &str,
        access_key: Option<&str>,
    ) -> Result<Answer, ApiError> {
        let mut state = world.state.lock();
        let caller = state.caller(access_key);
        match self {
            Target::Eks { operation, labels, body } => {
                let body = body.as_ref().map_err(Clone::clone)?;
                let token = body.get(CLIENT_REQUEST_TOKEN).and_then(Value::as_str);
                let replays = operation.takes_token && state.settings.replay_tokens;
                let replay_key = token.filter(|_| replays).map(|token| ReplayKey {
                    operation: operation.name,
                    region: region.to_owned(),
                    path: request.path.clone(),
                    token: token.to_owned(),
                });
                if let Some(response) = replay_key.as_ref().and_then(|key| state.replay(key, body)) {
                    return Ok(Answer::Json(response));
                }
                let response = (operation.run)(operation::Call {
                    state: &mut state,
                    kubernetes: &world.kubernetes,
                    region,
                    caller: &caller,
                    labels,
                    query: &request.query,
                    body,
                })?;
                if let Some(key) = replay_key {
                    state.remember(key, body.clone(), response.clone());
                }
                Ok(Answer::Json(response))
            }
            Target::Sts { action, form } => {
                sts::run(action, StsCall { state: &mut state, caller: &caller, form }).map(Answer::Xml)
            }
            Target::Unknown => Err(ApiError::not_implemented(&format!("{} {}", request.method, request.path))),
        }
    }

    /// The action and the resource as IAM names them.
    fn permission(&self, world: &World, region: &str) -> (String, String) {
        let (partition, account) = (arn::partition(region), &world.options.account);
        let whole_name = world.state.lock().settings.whole_name_in_entry_arns;
        match self {
            Target::Eks { operation, labels, .. } => {
                let home = format!("arn:{partition}:eks:{region}:{account}");
                let resource = match Principal::parse(&labels.principal) {
                    Some(principal) => format!(
                        "{home}:access-entry/{}/{}/{}/{}/*",
                        labels.cluster,
                        principal.kind_name(),
                        principal.account,
                        principal.name_in_entry_arn(whole_name)
                    ),
                    None if !labels.cluster.is_empty() => format!("{home}:cluster/{}", labels.cluster),
                    None if !labels.resource.is_empty() => labels.resource.clone(),
                    None => "*".to_owned(),
                };
                (format!("eks:{}", operation.name), resource)
            }
            Target::Sts { action, form } => (format!("sts:{action}"), form.first("RoleArn").unwrap_or("*").to_owned()),
            Target::Unknown => ("eks:*".to_owned(), "*".to_owned()),
        }
    }
}

/// What becomes of a call whose fault keeps the operation from running; `None` if it is to run.
async fn spoil(
    fault: &Fault,
    record: &mut CallInFlight,
    target: &Target,
    world: &World,
    access_key: Option<&str>,
) -> Option<Result<Response<Full<Bytes>>, NoReply>> {
    let error = match fault.kind {
        FaultKind::DropAfter | FaultKind::Delay => return None,
        FaultKind::Drop => return Some(Err(NoReply)),
        FaultKind::Hang => {
            pause(fault.ms).await;
            return Some(Err(NoReply));
        }
        FaultKind::Garbage => {
            record.call.status = 200;
            return Some(Ok(reply::garbage()));
        }
        FaultKind::Throttle => ApiError::throttled(),
        FaultKind::ServerError => ApiError::server_error(),
        FaultKind::Unavailable => ApiError::unavailable(),
        FaultKind::AccessDenied => {
            let caller = world.state.lock().caller(access_key);
            let (action, resource) = target.permission(world, &record.call.region);
            ApiError::access_denied(&caller, &action, &resource)
        }
    };
    Some(Ok(refuse(record, target, &error)))
}

fn refuse(record: &mut CallInFlight, target: &Target, error: &ApiError) -> Response<Full<Bytes>> {
    record.call.status = error.status;
    record.call.error = Some(error.code.to_owned());
    reply::failure(target.protocol(), error)
}

pub(crate) async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
