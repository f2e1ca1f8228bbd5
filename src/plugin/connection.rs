//! Connections whose peers may make calls, and the moment when the last of them is gone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

use super::socket::Stream;

/// The connections of one server: how many are open, and whether there has ever been one.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    count: watch::Sender<Count>,
}

#[derive(Debug, Default)]
struct Count {
    opened: bool,
    open: usize,
}

impl Connections {
    pub(super) fn new() -> Self {
        Self { count: watch::Sender::default() }
    }

    /// Counts `stream` as open until the connection is dropped.
    pub(super) fn open(&self, stream: Box<dyn Stream>) -> Connection {
        self.count.send_modify(|count| {
            count.opened = true;
            count.open += 1;
        });
        Connection { stream, connections: self.clone() }
    }

    /// Waits until there has been a connection and none is open any more.
    pub(super) async fn gone(&self) {
        // It fails only when every sender is gone, and we are one.
        let _ = self.count.subscribe().wait_for(|count| count.opened && count.open == 0).await;
    }
}

/// A stream that is counted as long as it lives.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    connections: Connections,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connections.count.send_modify(|count| count.open -= 1);
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

// Several pieces are not written at once (`is_write_vectored`): h2 then copies answers of up to 1 kB behind one another, and they go
// out together, encrypted once, where each would go by itself.
impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
