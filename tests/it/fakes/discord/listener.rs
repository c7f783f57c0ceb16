//! The port: it can refuse connections, and break one off without an answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Opens and shuts a [`Port`].
#[derive(Debug)]
pub struct Door {
    refuses: watch::Sender<bool>,
    /// Connections made before the door was last shut are broken off when they are used again.
    shut: AtomicU64,
}

impl Door {
    /// Shuts or opens the door.
    pub fn refuse(&self, refuse: bool) {
        if refuse {
            self.shut.fetch_add(1, Ordering::SeqCst);
        }
        self.refuses.send_replace(refuse);
    }
}

/// Listens on loopback while the door is open.
pub struct Port {
    listener: Option<TcpListener>,
    address: SocketAddr,
    door: Arc<Door>,
    refuses: watch::Receiver<bool>,
}

impl Port {
    /// A free port on loopback.
    pub async fn open() -> (Self, SocketAddr, Arc<Door>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (refuses, seen) = watch::channel(false);
        let door = Arc::new(Door { refuses, shut: AtomicU64::new(0) });
        (Self { listener: Some(listener), address, door: Arc::clone(&door), refuses: seen }, address, door)
    }
}

impl Listener for Port {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            if *self.refuses.borrow_and_update() {
                // Without a listener, the system refuses connections itself.
                self.listener = None;
                let _ = self.refuses.changed().await;
                continue;
            }
            let Some(listener) = &self.listener else {
                self.listener = TcpListener::bind(self.address).await.ok();
                if self.listener.is_none() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                continue;
            };
            tokio::select! {
                _ = self.refuses.changed() => {}
                accepted = listener.accept() => if let Ok((stream, address)) = accepted {
                    let _ = stream.set_nodelay(true);
                    let (door, born) = (Arc::clone(&self.door), self.door.shut.load(Ordering::SeqCst));
                    return (Wire { stream, door, born, cut: Arc::default() }, address);
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// A connection that can be cut.
pub struct Wire {
    stream: TcpStream,
    door: Arc<Door>,
    born: u64,
    cut: Arc<AtomicBool>,
}

/// Cuts a connection: not one byte more goes over it.
#[derive(Debug, Clone)]
pub struct Cutter(Arc<AtomicBool>);

impl Cutter {
    /// Cuts.
    pub fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Port>> for Cutter {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        Self(Arc::clone(&stream.io().cut))
    }
}

impl Wire {
    fn check(&self) -> io::Result<()> {
        let is_cut = self.cut.load(Ordering::SeqCst) || self.door.shut.load(Ordering::SeqCst) != self.born;
        if is_cut { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() && self.check().is_err() {
            buffer.set_filled(before);
            return Poll::Ready(self.check());
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.check() {
            Ok(()) => Pin::new(&mut self.stream).poll_write(context, bytes),
            Err(cut) => Poll::Ready(Err(cut)),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
