//! Where the socket is, and who may go there.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use terraform_provider_eks::plugin::generated::tfplugin6::get_metadata;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use terraform_provider_eks::plugin::handshake::Environment;
use terraform_provider_eks::plugin::{BindError, Server};

use super::{Stub, assert_empty, soon};
use crate::support::client::Handshake;
use crate::support::server::{Served, environment};

#[tokio::test]
async fn is_ours_alone() {
    let served = Served::start(Stub::new());
    let socket = &served.handshake.socket;
    assert_eq!(mode(socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    assert!(socket.starts_with(served.folder.path()));
}

/// Core comes once. When it is in, the door is walled up.
#[tokio::test]
async fn is_gone_when_core_is_in() {
    let served = Served::start(Stub::new());
    let mut core = ProviderClient::new(served.channel().await);
    soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
    assert_empty(served.folder.path());
    served.handshake.stream().await.unwrap_err();
    soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
}

/// Without certificates Core cannot be told from others of our user, so the door stays open for it.
#[tokio::test]
async fn stays_in_plain_text() {
    let served = Served::start_with(Stub::new(), &[]);
    let mut cores = [served.channel().await, served.channel().await].map(ProviderClient::new);
    for core in &mut cores {
        soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
        assert!(served.handshake.socket.exists());
    }
}

#[tokio::test]
async fn is_shared_with_a_group_that_core_names() {
    let folder = tempfile::tempdir().unwrap();
    let group = fs::metadata(folder.path()).unwrap().gid();
    let environment = environment(folder.path(), &[("PLUGIN_UNIX_SOCKET_GROUP", &group.to_string())]);
    let server = Server::bind(&environment).unwrap();
    let socket = Handshake::parse(&server.handshake_line().to_string()).socket;
    assert_eq!((mode(&socket), fs::metadata(&socket).unwrap().gid()), (0o660, group));
    let folder = socket.parent().unwrap();
    assert_eq!((mode(folder), fs::metadata(folder).unwrap().gid()), (0o710, group));
}

#[tokio::test]
async fn is_where_core_asks() {
    let (asked, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let asked_for = asked.path().to_str().unwrap();
    let environment = environment(temporary.path(), &[("PLUGIN_UNIX_SOCKET_DIR", asked_for)]);
    let server = Server::bind(&environment).unwrap();
    assert!(Handshake::parse(&server.handshake_line().to_string()).socket.starts_with(asked.path()));
    drop(server);
    assert_empty(asked.path());
}

/// The path of a unix socket has room for about a hundred bytes.
#[tokio::test]
async fn is_elsewhere_when_the_temporary_folder_will_not_do() {
    let folder = tempfile::tempdir().unwrap();
    let (deep, barred) = (folder.path().join("deep".repeat(30)), folder.path().join("a|b"));
    fs::create_dir(&deep).unwrap();
    fs::create_dir(&barred).unwrap();
    for unfit in [deep, barred, folder.path().join("missing")] {
        let server = Server::bind(&environment(&unfit, &[])).unwrap();
        let socket = Handshake::parse(&server.handshake_line().to_string()).socket;
        assert!(!socket.starts_with(&unfit), "{socket:?}");
    }
}

#[tokio::test]
async fn must_be_there_when_core_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let environment = Environment { socket_folder: Some(missing.clone()), ..environment(folder.path(), &[]) };
    let Err(BindError::Socket(error)) = Server::bind(&environment) else { panic!("there is no such folder") };
    assert!(error.to_string().contains(missing.to_str().unwrap()), "{error}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
