//! Where Core finds us: a unix socket in a folder of its own, or a TCP port of this machine.

#[cfg(unix)]
mod unix;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};

use super::handshake::Environment;

/// A stream of bytes to and from a peer, of whichever kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// Listens from the moment it exists. Dropping it removes everything that it has put into the file system.
#[derive(Debug)]
pub(super) struct Socket {
    listener: Listener,
    address: Address,
}

impl Socket {
    /// Listens on a unix socket, if the platform has them.
    #[cfg(unix)]
    pub(super) fn bind(environment: &Environment) -> Result<Self, SocketError> {
        let (listener, path) = unix::bind(environment)?;
        let address = Address::Unix(path.as_str().to_owned());
        Ok(Self { listener: Listener::Unix { listener, _path: path }, address })
    }

    /// Listens on a TCP port of this machine.
    #[cfg(not(unix))]
    pub(super) fn bind(environment: &Environment) -> Result<Self, SocketError> {
        Self::bind_port(environment.ports.clone())
    }

    /// Listens on the first free port of `ports`, for this machine only.
    #[cfg_attr(
        all(unix, not(test)),
        expect(dead_code, reason = "for platforms without unix sockets, but built and tested everywhere")
    )]
    pub(super) fn bind_port(ports: RangeInclusive<u16>) -> Result<Self, SocketError> {
        let listener = ports
            .clone()
            .find_map(|port| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
            .ok_or(SocketError::NoFreePort(ports))?;
        listener.set_nonblocking(true)?;
        let address = Address::Tcp(listener.local_addr()?);
        Ok(Self { listener: Listener::Tcp(tokio::net::TcpListener::from_std(listener)?), address })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The next peer.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match &self.listener {
            #[cfg(unix)]
            Listener::Unix { listener, .. } => Ok(Box::new(listener.accept().await?.0)),
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // It fails when the peer is gone already, and then the first read says so.
                let _ = stream.set_nodelay(true);
                Ok(Box::new(stream))
            }
        }
    }
}

#[derive(Debug)]
enum Listener {
    #[cfg(unix)]
    Unix {
        listener: tokio::net::UnixListener,
        _path: unix::SocketPath,
    },
    Tcp(tokio::net::TcpListener),
}

/// Where a [`Socket`] listens, in go-plugin's words.
#[derive(Debug)]
pub(super) enum Address {
    #[cfg_attr(not(unix), expect(dead_code, reason = "go-plugin has both; such platforms use one"))]
    Unix(String),
    Tcp(SocketAddr),
}

impl Address {
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Unix(path) => path.clone(),
            Self::Tcp(address) => address.to_string(),
        }
    }
}

/// There is no place to listen.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The socket's folder could not be made, or the socket in it. `PLUGIN_UNIX_SOCKET_DIR` or `TMPDIR` names the place.
    #[error("cannot make a unix socket in {folder}: {source}; set TMPDIR to a short path that may be written to")]
    Folder {
        /// The folder in which the socket's own folder was to be.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Every TCP port that Core allows is taken.
    #[error("every TCP port from {} to {} of this machine is taken", .0.start(), .0.end())]
    NoFreePort(RangeInclusive<u16>),
    /// A listener could not be set up.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn carries_bytes_over_tcp() {
        let socket = Socket::bind_port(0..=0).unwrap();
        let mut peer = tokio::net::TcpStream::connect(socket.address.name()).await.unwrap();
        let mut stream = socket.accept().await.unwrap();
        stream.write_u8(6).await.unwrap();
        assert_eq!(peer.read_u8().await.unwrap(), 6);
    }

    #[tokio::test]
    async fn takes_the_first_free_port() {
        let taken = Socket::bind_port(0..=0).unwrap();
        let Address::Tcp(address) = taken.address else { panic!("not TCP: {taken:?}") };
        assert!(address.ip().is_loopback());

        let error = Socket::bind_port(address.port()..=address.port()).unwrap_err();
        assert!(error.to_string().contains(&address.port().to_string()), "{error}");

        let Ok(next) = Socket::bind_port(address.port()..=u16::MAX) else { panic!("no port is free") };
        assert_ne!(next.address.name(), address.to_string());
        assert_eq!(next.address.network(), "tcp");
    }
}
