//! Secrets stay where they were given, however much is logged: not in the log, in what is printed, in the state, in the plan
//! that lies on the disk, or in what the provider keeps for itself.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eks_emulator::{Fault, FaultKind};
use serde_json::Value as Json;
use zip::ZipArchive;

use super::Workspace;
use crate::support::features::Feature;
use crate::support::terraform::{Run, SECRET_KEY};

const SESSION_TOKEN: &str = "FwoGZXIvYXdzTokenOfTheTests//////////wEaDExample0123456789";

const WEB_IDENTITY_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0aGUgdGVzdHMifQ.c2lnbmF0dXJlLW9mLXRoZS10ZXN0cw";

const PROXY_PASSWORD: &str = "pr0xyPasswordOfTheTests";

/// An entry that can be made, and a token of its cluster, which is opened in every walk.
const ENTRY: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}

ephemeral "eks_cluster_auth" "dev" {
  name = "dev"
}
"#;

/// An entry that EKS refuses.
const BROKEN: &str = r#"
resource "eks_access_entry" "other" {
  cluster_name  = "nowhere"
  principal_arn = "arn:aws:iam::111122223333:role/other"
}
"#;

/// What is written in a configuration is in the plan, word for word; what is given to an ephemeral variable is not.
const VARIABLES: &str = r#"
variable "secret_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

variable "token" {
  type      = string
  sensitive = true
  ephemeral = true
}

variable "proxy" {
  type      = string
  sensitive = true
  ephemeral = true
}

variable "web_identity_token" {
  type      = string
  sensitive = true
  ephemeral = true
}
"#;

#[tokio::test]
async fn of_the_environment() {
    // The entry comes with a token for its cluster, and the secrets of the block with ephemeral variables.
    let Some(workspace) = Workspace::start_with(Feature::Ephemeral, ENTRY).await else { return };
    assert_no_secrets(workspace.with("AWS_SESSION_TOKEN", SESSION_TOKEN));
}

#[tokio::test]
async fn of_the_provider_block() {
    let block = r#"
provider "eks" {
  access_key  = "AKIDEXAMPLE"
  secret_key  = var.secret_key
  token       = var.token
  https_proxy = var.proxy
}
"#;
    let Some(workspace) = with_variables(block).await else { return };
    assert_no_secrets(workspace);
}

/// The credentials of a role are made by AWS: nobody but the SDK and the emulator has seen them.
#[tokio::test]
async fn of_roles() {
    let block = r#"
provider "eks" {
  assume_role_with_web_identity {
    role_arn           = "arn:aws:iam::111122223333:role/ci"
    web_identity_token = var.web_identity_token
  }
  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/deployer"
  }
}
"#;
    let Some(workspace) = with_variables(block).await else { return };
    assert_no_secrets(workspace);
}

/// What AWS refuses is told with its reasons, and without the credentials.
#[tokio::test]
async fn of_roles_that_are_refused() {
    let block = r#"
provider "eks" {
  assume_role_with_web_identity {
    role_arn           = "arn:aws:iam::111122223333:role/ci"
    web_identity_token = var.web_identity_token
  }
}
"#;
    let Some(workspace) = with_variables(block).await else { return };
    let workspace = logging(workspace);
    workspace
        .emulator
        .add_fault(Fault { times: 100, ..Fault::new("AssumeRoleWithWebIdentity", FaultKind::AccessDenied) });
    let run = workspace.terraform.run(&["apply", "-auto-approve"]).unwrap();
    assert!(!run.succeeded && run.stderr.contains("role/ci"), "{run}");
    let places = Places::of(&workspace, &[run]);
    places.assert_log_has(&["operation=AssumeRoleWithWebIdentity", "AccessDenied"]);
    places.assert_hold_no_secret();
}

/// With `block`, and credentials that come from nowhere else.
async fn with_variables(block: &str) -> Option<Workspace> {
    let workspace = Workspace::start_with(Feature::Ephemeral, &[ENTRY, VARIABLES, block].concat()).await?;
    let workspace = workspace
        .with("TF_VAR_secret_key", SECRET_KEY)
        .with("TF_VAR_token", SESSION_TOKEN)
        .with("TF_VAR_proxy", &format!("http://jane:{PROXY_PASSWORD}@127.0.0.1:1"))
        .with("TF_VAR_web_identity_token", WEB_IDENTITY_TOKEN)
        .with("AWS_SECRET_ACCESS_KEY", "");
    Some(workspace)
}

fn logging(workspace: Workspace) -> Workspace {
    workspace.with("TF_LOG", "TRACE").with("TF_LOG_PATH", "trace.log")
}

/// Plans and applies with all that can be logged, also where EKS answers with an error.
fn assert_no_secrets(workspace: Workspace) {
    let workspace = logging(workspace);
    let planned = workspace.run(&["plan", "-out=plan.tfplan"]);
    let shown = workspace.run(&["show", "-json", "plan.tfplan"]);
    let applied = workspace.run(&["apply", "plan.tfplan"]);
    workspace.write("broken.tf", BROKEN);
    let refused = workspace.terraform.run(&["apply", "-auto-approve"]).unwrap();
    assert!(!refused.succeeded, "{refused}");
    let places = Places::of(&workspace, &[planned, shown, applied, refused]);
    // What could tell a secret has been there: requests with credentials, and the token of a cluster.
    places.assert_log_has(&["AWS has answered", "operation=CreateAccessEntry", "tf_rpc=OpenEphemeralResource"]);
    assert!(places.0.iter().any(|(place, text)| place == "plan.tfplan: tfplan" && !text.is_empty()));
    assert!(places.0.iter().any(|(place, text)| place == "terraform.tfstate" && text.contains("role/viewer")));
    places.assert_hold_no_secret();
}

/// Everything that a run leaves behind or shows, by where it is.
struct Places(Vec<(String, String)>);

impl Places {
    fn of(workspace: &Workspace, runs: &[Run]) -> Self {
        let folder = workspace.terraform.folder();
        let mut places: Vec<_> = runs.iter().map(|run| (run.arguments.clone(), run.to_string())).collect();
        for file in ["trace.log", "terraform.tfstate", "terraform.tfstate.backup"] {
            if let Ok(bytes) = fs::read(folder.join(file)) {
                places.push((file.to_owned(), text(&bytes)));
            }
        }
        let log = &places.iter().find(|(place, _)| place == "trace.log").unwrap().1;
        assert!(log.contains("[TRACE]") && log.contains("provider.terraform-provider-eks"), "{log}");
        if let Ok(state) = fs::read(folder.join("terraform.tfstate")) {
            places.push(("private data".to_owned(), private(&serde_json::from_slice(&state).unwrap())));
        }
        places.extend(zipped(&folder.join("plan.tfplan")));
        Self(places)
    }

    fn assert_log_has(&self, events: &[&str]) {
        let log = &self.0.iter().find(|(place, _)| place == "trace.log").unwrap().1;
        for event in events {
            assert!(log.contains(event), "no {event} in {log}");
        }
    }

    /// Nor a panic, whose message may be anything.
    fn assert_hold_no_secret(&self) {
        for (place, text) in &self.0 {
            assert!(!text.contains("panic: "), "{place} has a panic: {text}");
            for secret in [SECRET_KEY, SESSION_TOKEN, WEB_IDENTITY_TOKEN, PROXY_PASSWORD] {
                let encoded = secret.replace('/', "%2F").replace('+', "%2B");
                let in_base64 = STANDARD.encode(secret);
                for form in [secret, &encoded, in_base64.trim_end_matches('=')] {
                    assert!(!text.contains(form), "{place} has {form}");
                }
            }
            for sign in ["k8s-aws-v1.", "X-Amz-Signature", "X-Amz-Security-Token", "x-amz-security-token", "Signature="]
            {
                assert!(!text.contains(sign), "{place} has a signed request or a token: {sign}");
            }
            // The keys and tokens of roles that the emulator makes up are such runs, and nothing else is.
            let run = text.split(|c: char| !matches!(c, '0'..='9' | 'A'..='F')).find(|run| run.len() >= 40);
            assert_eq!(run, None, "{place} has credentials of a role");
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The files in a plan as it lies on the disk; none if there is no plan.
fn zipped(plan: &Path) -> Vec<(String, String)> {
    let Ok(file) = File::open(plan) else { return Vec::new() };
    let mut archive = ZipArchive::new(file).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((format!("plan.tfplan: {}", file.name()), text(&bytes)));
    }
    files
}

/// What the provider keeps beside the state, for itself.
fn private(state: &Json) -> String {
    let resources = state["resources"].as_array().unwrap().iter();
    let instances = resources.flat_map(|resource| resource["instances"].as_array().unwrap());
    let private = instances.filter_map(|instance| instance["private"].as_str());
    private.map(|private| text(&STANDARD.decode(private).unwrap())).collect()
}
