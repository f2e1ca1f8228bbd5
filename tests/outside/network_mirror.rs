//! `terraform init` from a network mirror over TLS, out of the folder that `make dist` makes.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use eks_emulator::{Emulator, Options};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{NAME, VERSION, dist, released};
use crate::support::eks::{CLUSTER, role};
use crate::support::terraform::{self, Terraform};

#[tokio::test(flavor = "multi_thread")]
async fn init_installs_what_the_constraint_asks_for_and_it_works() {
    let workspace = Workspace::start(&dist().join("mirror")).await;
    let init = workspace.terraform.run(&["init", "-no-color"]).unwrap();
    assert!(init.succeeded, "{init}");
    assert!(init.stdout.contains(&format!("Installed eks-access/eks v{VERSION}")), "{init}");

    let lock = fs::read_to_string(workspace.terraform.folder().join(".terraform.lock.hcl")).unwrap();
    assert!(lock.contains(&format!("version     = {VERSION:?}")), "{lock}");
    assert!(lock.contains("\"zh:") || lock.contains("\"h1:"), "{lock}");

    let applied = workspace.terraform.run(&["apply", "-auto-approve", "-no-color"]).unwrap();
    assert!(applied.succeeded, "{applied}");
    let entries = workspace.emulator.entries(CLUSTER);
    assert_eq!(entries.iter().map(|entry| &entry["principalArn"]).collect::<Vec<_>>(), [&role("viewer")]);
    let asked = workspace.mirror.asked();
    assert!(asked.iter().any(|path| path.ends_with(&format!("{NAME}_{VERSION}_linux_amd64.zip"))), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_there_is_not_installed() {
    let workspace = Workspace::start(&dist().join("mirror")).await;
    workspace.write("main.tf", &configuration(">= 99.0.0"));
    let init = workspace.terraform.run(&["init", "-no-color"]).unwrap();
    // Terraform breaks the line wherever it is full.
    let said = init.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!init.succeeded && said.contains("no available releases match"), "{init}");
}

/// Without our authority the mirror is anybody's.
#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_nobody_vouches_for_is_not_used() {
    let mut workspace = Workspace::start(&dist().join("mirror")).await;
    workspace.terraform = workspace.terraform.with("SSL_CERT_FILE", "/dev/null");
    let init = workspace.terraform.run(&["init", "-no-color"]).unwrap();
    assert!(!init.succeeded && init.stderr.contains("certificate"), "{init}");
    assert_eq!(workspace.mirror.asked(), [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_that_was_changed_on_the_way_is_refused() {
    let copy = tempfile::tempdir().unwrap();
    copy_tree(&dist().join("mirror"), copy.path());
    for host in fs::read_dir(copy.path()).unwrap() {
        let zip = host.unwrap().path().join(format!("eks-access/eks/{NAME}_{VERSION}_linux_amd64.zip"));
        let mut bytes = fs::read(&zip).unwrap();
        bytes.push(0);
        fs::write(&zip, bytes).unwrap();
    }
    let workspace = Workspace::start(copy.path()).await;
    let init = workspace.terraform.run(&["init", "-no-color"]).unwrap();
    assert!(!init.succeeded && init.stderr.contains("checksum"), "{init}");
}

struct Workspace {
    mirror: Mirror,
    emulator: Emulator,
    terraform: Terraform,
    _folder: TempDir,
}

impl Workspace {
    /// Where everything that is installed comes from `files`.
    async fn start(files: &Path) -> Self {
        let mirror = Mirror::start(files.to_owned()).await;
        let clusters = vec![(CLUSTER.to_owned(), "API".to_owned())];
        let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let program = terraform::find().unwrap_or_else(|not_found| panic!("{not_found}"));
        let authority = folder.path().join("authority.pem");
        fs::write(&authority, &mirror.authority).unwrap();
        let config = folder.path().join("mirror.tfrc");
        let method = format!("network_mirror {{\n    url = \"{}/\"\n  }}", mirror.url);
        fs::write(&config, format!("provider_installation {{\n  {method}\n}}\n")).unwrap();
        let terraform = Terraform::new(program, folder.path(), &released()).unwrap().reaching(&emulator.url());
        let terraform = terraform.with("TF_CLI_CONFIG_FILE", config).with("SSL_CERT_FILE", authority);
        let workspace = Self { mirror, emulator, terraform, _folder: folder };
        workspace.write("main.tf", &configuration(&format!("~> {VERSION}")));
        workspace
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.terraform.folder().join(file), text).unwrap();
    }
}

fn configuration(version: &str) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    eks = {{
      source  = "eks-access/eks"
      version = "{version}"
    }}
  }}
}}

resource "eks_access_entry" "viewer" {{
  cluster_name  = "{CLUSTER}"
  principal_arn = "{}"
}}
"#,
        role("viewer")
    )
}

/// A web server that knows files and TLS, with a certificate of an authority of its own.
struct Mirror {
    url: String,
    /// The authority's certificate, in PEM.
    authority: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Mirror {
    async fn start(files: PathBuf) -> Self {
        let (config, authority) = certificates();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that does not trust us hangs up.
                tokio::spawn(serve(acceptor.clone(), stream, files.clone(), log.clone()));
            }
        });
        Self { url, authority, asked }
    }

    /// The paths that were asked for.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// One request on each connection.
async fn serve(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    files: PathBuf,
    log: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut client = acceptor.accept(stream).await?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if client.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let request = String::from_utf8_lossy(&request);
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(path.clone());
    let relative = Path::new(path.trim_start_matches('/'));
    let is_inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let found = is_inside.then(|| fs::read(files.join(relative)).ok()).flatten();
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    let kind = if path.ends_with(".json") { "application/json" } else { "application/zip" };
    let body = found.unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await?;
    client.write_all(&body).await?;
    client.shutdown().await
}

/// A server's certificate for localhost, and that of the authority which signed it.
fn certificates() -> (ServerConfig, String) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key_of_authority = KeyPair::generate().unwrap();
    let signed = authority.self_signed(&key_of_authority).unwrap();
    let issuer = Issuer::new(authority, key_of_authority);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    (config, signed.pem())
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
