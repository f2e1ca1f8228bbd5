//! STS: who calls, and roles to assume. Its protocol is a form in and XML out.

use uuid::Uuid;

use crate::arn::{self, Principal, PrincipalKind};
use crate::error::ApiError;
use crate::request::Query;
use crate::state::State;

/// An STS call.
pub(crate) struct StsCall<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) caller: &'a str,
    pub(crate) form: &'a Query,
}

/// Answers with the XML inside the operation's `Result` element.
///
/// # Errors
///
/// ValidationError for a parameter that is missing or malformed; 501 for an action that the emulator does not know.
pub(crate) fn run(action: &str, call: StsCall<'_>) -> Result<String, ApiError> {
    match action {
        "GetCallerIdentity" => Ok(caller_identity(call.caller)),
        "AssumeRole" => assume_role(call),
        "AssumeRoleWithWebIdentity" => assume_role_with_web_identity(call),
        _ => Err(ApiError::not_implemented(&format!("the action {action}"))),
    }
}

/// Text as it may stand between XML tags.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn caller_identity(caller: &str) -> String {
    let account = caller.split(':').nth(4).unwrap_or_default();
    format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
        escape(caller),
        escape(&user_id(caller)),
        escape(account)
    )
}

fn assume_role(call: StsCall<'_>) -> Result<String, ApiError> {
    let session = start_session(&call)?;
    let source_identity = call
        .form
        .first("SourceIdentity")
        .map(|identity| format!("<SourceIdentity>{}</SourceIdentity>", escape(identity)))
        .unwrap_or_default();
    Ok(format!("{}{source_identity}<PackedPolicySize>1</PackedPolicySize>", session.issue(call.state)))
}

fn assume_role_with_web_identity(call: StsCall<'_>) -> Result<String, ApiError> {
    let session = start_session(&call)?;
    if call.form.first("WebIdentityToken").is_none_or(str::is_empty) {
        return Err(missing("WebIdentityToken"));
    }
    Ok(format!(
        "{}<SubjectFromWebIdentityToken>subject</SubjectFromWebIdentityToken><Audience>sts.amazonaws.com</Audience>\
         <Provider>https://oidc.eks-emulator.test</Provider>",
        session.issue(call.state)
    ))
}

/// A session of an assumed role that nobody has credentials for yet.
struct Session {
    arn: String,
    duration_seconds: u64,
}

fn start_session(call: &StsCall<'_>) -> Result<Session, ApiError> {
    let role_arn = call.form.first("RoleArn").ok_or_else(|| missing("RoleArn"))?;
    let role = Principal::parse(role_arn)
        .filter(|principal| principal.kind == PrincipalKind::Role)
        .ok_or_else(|| ApiError::validation(format!("{role_arn} is invalid")))?;
    let name = call.form.first("RoleSessionName").ok_or_else(|| missing("RoleSessionName"))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !(2..=64).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let duration_seconds = match call.form.first("DurationSeconds") {
        None => 3600,
        Some(text) => text.parse().ok().filter(|seconds| (900..=43_200).contains(seconds)).ok_or_else(|| {
            ApiError::validation(format!("durationSeconds must be a number from 900 to 43200, not {text}"))
        })?,
    };
    let arn = format!("arn:{}:sts::{}:assumed-role/{}/{name}", role.partition, role.account, role.name);
    Ok(Session { arn, duration_seconds })
}

impl Session {
    /// Makes credentials; whoever signs with them is this session from now on.
    fn issue(self, state: &mut State) -> String {
        let access_key = format!("ASIA{}", random_letters(16));
        let answer = format!(
            "<AssumedRoleUser><Arn>{arn}</Arn><AssumedRoleId>{id}</AssumedRoleId></AssumedRoleUser>\
             <Credentials><AccessKeyId>{access_key}</AccessKeyId>\
             <SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>\
             <Expiration>{expiration}</Expiration></Credentials>",
            arn = escape(&self.arn),
            id = escape(&user_id(&self.arn)),
            secret = random_letters(40),
            token = random_letters(120),
            expiration = state.aws_time().plus_ms(self.duration_seconds * 1000).rfc3339(),
        );
        state.issue_key(access_key, self.arn);
        answer
    }
}

/// The unique id that IAM would have given the caller: the same for the same ARN.
fn user_id(caller: &str) -> String {
    let identity = arn::canonical(caller);
    let prefix = if identity.contains(":role/") { "AROA" } else { "AIDA" };
    // FNV-1a, which stays the same from one run to the next.
    let hash = identity
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let id = format!("{prefix}{hash:017X}");
    match caller.split_once(":assumed-role/").and_then(|(_, session)| session.split_once('/')) {
        Some((_, session)) => format!("{id}:{session}"),
        None => id,
    }
}

fn random_letters(length: usize) -> String {
    std::iter::repeat_with(|| Uuid::new_v4().simple().to_string().to_uppercase())
        .take(length.div_ceil(32))
        .collect::<String>()
        .chars()
        .take(length)
        .collect()
}

fn missing(parameter: &str) -> ApiError {
    ApiError::validation(format!("1 validation error detected: {parameter} must not be null"))
}
