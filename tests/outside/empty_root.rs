//! The released binary in a root folder that holds nothing else: no C library, no resolver's modules, no certificates.
//!
//! To change the root, and to be asked for names on port 53, takes root.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eks_emulator::{Emulator, Options};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UdpSocket;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::{NAME, VERSION, released};
use crate::support::client::{Handshake, Identity};
use crate::support::core::Core;

/// What Core tells every plugin that it starts.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// An address of this machine on which nobody else is likely to answer questions.
const NAME_SERVER: &str = "127.53.53.53";

#[tokio::test]
async fn tells_its_version() {
    let root = EmptyRoot::new();
    let output = soon(root.command(&["--version"]).output()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{NAME} {VERSION}\n"));
}

#[tokio::test]
async fn serves_core() {
    let root = EmptyRoot::new();
    let (mut process, handshake) = root.serve().await;
    let core = Core::start(handshake.channel(&Identity::core()).await.unwrap()).await.unwrap();
    let called = soon(core.call_function("access_policy_arn", &[json!("AmazonEKSViewPolicy")])).await;
    assert!(called.is_ok(), "{called:?}");
    soon(process.kill()).await.unwrap();
}

/// A name is all that leads to the emulator.
#[tokio::test(flavor = "multi_thread")]
async fn finds_eks_by_its_name() {
    let names = NameServer::start("eks.outside.test").await;
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let url = emulator.url().replace("127.0.0.1", names.name);
    let root = EmptyRoot::new();
    root.write("etc/resolv.conf", &format!("nameserver {NAME_SERVER}\n"));

    let (mut process, handshake) = root.serve().await;
    let mut core = Core::start(handshake.channel(&Identity::core()).await.unwrap()).await.unwrap();
    let block = json!({
        "region": "us-east-1",
        "access_key": "AKIAIOSFODNN7EXAMPLE",
        "secret_key": "none",
        "endpoints": { "eks": url, "sts": url },
    });
    soon(core.configure(block)).await.unwrap();
    let policies = soon(core.data("eks_access_policies", json!({}))).await;
    assert!(policies.is_ok(), "{policies:?}");
    assert!(names.asked().contains(&names.name.to_owned()), "{:?}", names.asked());
    assert!(emulator.calls().iter().any(|call| call.operation == "ListAccessPolicies"));
    soon(process.kill()).await.unwrap();
}

/// A folder to be taken for `/`, with the binary and a place for its socket.
struct EmptyRoot(TempDir);

impl EmptyRoot {
    fn new() -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        fs::create_dir(root.path().join("tmp")).unwrap();
        // By another process: what this one has open for writing, the children of other tests may inherit for a moment, and
        // then the kernel refuses to run it.
        let copied = std::process::Command::new("cp").arg(released()).arg(root.path().join(NAME)).status().unwrap();
        assert!(copied.success(), "{copied}");
        root
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/usr/sbin/chroot");
        command.arg(self.path()).arg(format!("/{NAME}")).args(arguments).env_clear().kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// As Core starts it. The socket that it names is seen from outside.
    async fn serve(&self) -> (Child, Handshake) {
        let mut command = self.command(&[]);
        let mut child = command.envs([COOKIE, ("PLUGIN_CLIENT_CERT", Identity::CORE_PEM)]).spawn().unwrap();
        let mut line = String::new();
        soon(BufReader::new(child.stdout.take().unwrap()).read_line(&mut line)).await.unwrap();
        let mut handshake = Handshake::parse(line.trim_end());
        handshake.socket = self.path().join(handshake.socket.strip_prefix("/").unwrap());
        (child, handshake)
    }
}

/// A name server that knows one name, which is this machine.
struct NameServer {
    name: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
}

impl NameServer {
    async fn start(name: &'static str) -> Self {
        let socket = UdpSocket::bind((NAME_SERVER, 53)).await.expect("port 53 takes root: run make test-dist as root");
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        tokio::spawn(async move {
            let mut query = [0; 512];
            while let Ok((length, client)) = socket.recv_from(&mut query).await {
                let question = Question::parse(&query[..length]);
                log.lock().unwrap().push(question.name.clone());
                socket.send_to(&question.answer(name), client).await.unwrap();
            }
        });
        Self { name, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The one question of a query (RFC 1035, section 4).
struct Question<'a> {
    id: &'a [u8],
    name: String,
    /// The name, type and class, as they came.
    bytes: &'a [u8],
    wants_ipv4: bool,
}

impl<'a> Question<'a> {
    fn parse(query: &'a [u8]) -> Self {
        let (header, rest) = query.split_at(12);
        let mut labels = Vec::new();
        let mut at = 0;
        while rest[at] != 0 {
            let length = usize::from(rest[at]);
            labels.push(String::from_utf8_lossy(&rest[at + 1..=at + length]).into_owned());
            at += 1 + length;
        }
        let end = at + 5;
        Self {
            id: &header[..2],
            name: labels.join("."),
            bytes: &rest[..end],
            wants_ipv4: rest[at + 1..at + 3] == [0, 1],
        }
    }

    /// 127.0.0.1 if that is `known`, no address of another kind, and for every other name that it does not exist.
    fn answer(&self, known: &str) -> Vec<u8> {
        let exists = self.name == known;
        let answers = u8::from(exists && self.wants_ipv4);
        let code = if exists { 0x80 } else { 0x83 };
        let mut reply = [self.id, &[0x81, code, 0, 1, 0, answers, 0, 0, 0, 0], self.bytes].concat();
        if answers == 1 {
            // The name as in the question, type A, class IN, a minute, four bytes.
            reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
        }
        reply
    }
}

/// What `future` comes to; it must not take forever.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(60), future).await.expect("this should not take forever")
}
