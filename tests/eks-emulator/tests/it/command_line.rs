//! The program itself, and the command-line tools that people point at it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

use hyper::Method;
use serde_json::{Value, json};

use crate::http::send;

const ROLE: &str = "arn:aws:iam::111122223333:role/dev/my+role";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

/// The program, running with the cluster `dev`.
struct Program {
    child: Child,
    url: String,
    stdout: BufReader<std::process::ChildStdout>,
    folder: tempfile::TempDir,
}

impl Program {
    fn start() -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_eks-emulator"))
            .args(["--port", "0", "--cluster", "dev=API_AND_CONFIG_MAP"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("eks-emulator listening on ").unwrap().to_owned();
        Program { child, url, stdout, folder: tempfile::tempdir().unwrap() }
    }

    /// A tool that talks to this program and knows nothing of the machine's own AWS configuration.
    fn tool(&self, name: &str, arguments: &[&str]) -> Output {
        Command::new(name)
            .args(arguments)
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_DEFAULT_OUTPUT", "json")
            .env("AWS_PAGER", "")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("AWS_CONFIG_FILE", self.folder.path().join("config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.folder.path().join("credentials"))
            .env("KUBECONFIG", self.folder.path().join("kubeconfig"))
            .output()
            .unwrap()
    }

    fn aws(&self, arguments: &[&str]) -> Value {
        let output = self.tool("aws", arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        // Some operations answer nothing, and the CLI then prints nothing.
        if output.stdout.is_empty() { Value::Null } else { serde_json::from_slice(&output.stdout).unwrap() }
    }

    fn aws_refused(&self, arguments: &[&str]) -> String {
        let output = self.tool("aws", arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Says so, loudly, if the tool is not on the PATH and its test therefore tests nothing.
fn is_there(tool: &str, argument: &str) -> bool {
    let there = Command::new(tool).arg(argument).output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("NOT TESTED: there is no {tool} on the PATH, so this test ran nothing");
    }
    there
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_program_in_peace() {
    for signal in ["-INT", "-TERM"] {
        let mut program = Program::start();
        let killed = Command::new("kill").args([signal, &program.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        assert!(program.child.wait().unwrap().success(), "{signal}");
        let mut rest = String::new();
        program.stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "stdout has one line and no more");
    }
}

#[test]
fn what_is_no_option_ends_the_program_at_once() {
    let output = Command::new(env!("CARGO_BIN_EXE_eks-emulator")).arg("--prot").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let bad_mode = Command::new(env!("CARGO_BIN_EXE_eks-emulator"))
        .args(["--port", "0", "--cluster", "dev=BOTH"])
        .output()
        .unwrap();
    assert_eq!(bad_mode.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&bad_mode.stderr).contains("BOTH"));
}

#[test]
fn aws_cli_if_present() {
    if !is_there("aws", "--version") {
        return;
    }
    let program = Program::start();
    let entry = ["--cluster-name", "dev", "--principal-arn", ROLE];
    let eks = |operation: &str, arguments: &[&str]| program.aws(&[&["eks", operation], arguments].concat());

    let created =
        eks("create-access-entry", &[&entry[..], &["--kubernetes-groups", "a", "b", "--tags", "k=v"]].concat());
    assert_eq!(created["accessEntry"]["kubernetesGroups"], json!(["a", "b"]));
    let refused = program.aws_refused(&[&["eks", "create-access-entry"], &entry[..]].concat());
    assert!(
        refused.contains(
            "An error occurred (ResourceInUseException) when calling the CreateAccessEntry operation: The specified \
             access entry resource is already in use on this cluster."
        ),
        "{refused}"
    );
    let scope = ["--policy-arn", VIEW, "--access-scope", "type=namespace,namespaces=x,dev-*"];
    eks("associate-access-policy", &[&entry[..], &scope].concat());
    let policies = eks("list-associated-access-policies", &entry);
    assert_eq!(policies["associatedAccessPolicies"][0]["accessScope"]["namespaces"], json!(["x", "dev-*"]));
    let policy = ["--policy-arn", VIEW];
    eks("disassociate-access-policy", &[&entry[..], &policy].concat());
    let updated = eks("update-access-entry", &[&entry[..], &["--kubernetes-groups"]].concat());
    assert_eq!(updated["accessEntry"]["kubernetesGroups"], json!([]));
    let tags =
        eks("list-tags-for-resource", &["--resource-arn", created["accessEntry"]["accessEntryArn"].as_str().unwrap()]);
    assert_eq!(tags["tags"], json!({"k": "v"}));
    let listed = eks("list-access-entries", &["--cluster-name", "dev", "--page-size", "1"]);
    assert_eq!(listed["accessEntries"], json!([ROLE]));
    eks("delete-access-entry", &entry);

    let update = eks("update-cluster-config", &["--name", "dev", "--access-config", "authenticationMode=API"]);
    assert_eq!(update["update"]["type"], "AccessConfigUpdate");
    eks("wait", &["cluster-active", "--name", "dev"]);
    let identity = program.aws(&["sts", "get-caller-identity"]);
    assert_eq!(identity["Arn"], "arn:aws:sts::111122223333:assumed-role/admin/session");
    let web = ["--role-arn", ROLE, "--role-session-name", "ci", "--web-identity-token", "token"];
    let web = program.aws(&[&["sts", "assume-role-with-web-identity"], &web[..]].concat());
    assert_eq!(web["AssumedRoleUser"]["Arn"], "arn:aws:sts::111122223333:assumed-role/my+role/ci");
}

#[tokio::test]
async fn kubectl_if_present() {
    if !is_there("aws", "--version") || !is_there("kubectl", "--help") {
        return;
    }
    let program = Program::start();
    let updated = program.tool("aws", &["eks", "update-kubeconfig", "--name", "dev"]);
    assert!(updated.status.success(), "{}", String::from_utf8_lossy(&updated.stderr));
    let cache = program.folder.path().join("cache");
    let get = ["get", "configmap", "aws-auth", "-n", "kube-system", "-o", "json"];
    let get = [&get[..], &["--cache-dir", cache.to_str().unwrap()]].concat();
    let absent = program.tool("kubectl", &get);
    let said = String::from_utf8_lossy(&absent.stderr);
    assert!(said.contains("configmaps \"aws-auth\" not found"), "{said}");

    let data = json!({"mapUsers": "[]"});
    send(&program.url, Method::PUT, "/_emulator/clusters/dev/aws-auth", &data.to_string()).await.unwrap();
    let present = program.tool("kubectl", &get);
    let config_map: Value = serde_json::from_slice(&present.stdout).unwrap();
    assert_eq!(config_map["data"], data);
}
