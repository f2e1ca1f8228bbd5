//! A unix socket in a folder that nobody else can enter.

use std::fs::{self, DirBuilder, Permissions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::os::unix::net;
use std::path::{Path, PathBuf};

use super::SocketError;
use crate::plugin::handshake::Environment;

/// Listens where `environment` says, or else where temporary files go.
pub(super) fn bind(environment: &Environment) -> Result<(tokio::net::UnixListener, SocketPath), SocketError> {
    match &environment.socket_folder {
        Some(folder) => bind_in(folder, environment.socket_group),
        // A temporary folder may be gone, read-only, or too deep: a socket's path has room for about 100 bytes.
        None => bind_in(&environment.temporary_folder, environment.socket_group)
            .or_else(|error| bind_in(Path::new("/tmp"), environment.socket_group).map_err(|_| error)),
    }
}

fn bind_in(folder: &Path, group: Option<u32>) -> Result<(tokio::net::UnixListener, SocketPath), SocketError> {
    let listen = || {
        let path = SocketPath::make(folder)?;
        let listener = net::UnixListener::bind(path.as_str())?;
        path.protect(group)?;
        listener.set_nonblocking(true)?;
        Ok((tokio::net::UnixListener::from_std(listener)?, path))
    };
    listen().map_err(|source| SocketError::Folder { folder: folder.to_owned(), source })
}

/// The path of a socket alone in its folder. Both are removed when this is dropped.
///
/// The folder is private from the first moment, so nobody else reaches the socket even before its own mode is set.
#[derive(Debug)]
pub(super) struct SocketPath {
    folder: PathBuf,
    socket: String,
}

impl SocketPath {
    /// Makes the folder, for our own user alone. The socket is not there yet.
    fn make(parent: &Path) -> io::Result<Self> {
        // std's hash maps get a random state, and so do we: nobody can take the name before us.
        let random = RandomState::new().build_hasher().finish();
        let folder = parent.join(format!("tf-{random:016x}"));
        let socket = folder.join("socket").into_os_string().into_string().map_err(|_| unspeakable())?;
        if socket.contains(['|', '\n']) {
            return Err(unspeakable());
        }
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self { folder, socket })
    }

    /// Closes the socket to everybody but our user and `group`.
    fn protect(&self, group: Option<u32>) -> io::Result<()> {
        let Some(group) = group else {
            return fs::set_permissions(&self.socket, Permissions::from_mode(0o600));
        };
        chown(&self.socket, None, Some(group))?;
        fs::set_permissions(&self.socket, Permissions::from_mode(0o660))?;
        chown(&self.folder, None, Some(group))?;
        // To go through the folder, but not to look into it.
        fs::set_permissions(&self.folder, Permissions::from_mode(0o710))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.socket
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        // There is nobody left to tell that it did not work.
        let _ = fs::remove_file(&self.socket);
        let _ = fs::remove_dir(&self.folder);
    }
}

/// The handshake line is text, and its fields end at a bar.
fn unspeakable() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "the path is not plain text without bars and line breaks")
}
