//! A Qdrant server on loopback: the gRPC services that qdrant-client speaks to, over the real engine in this process. It can be
//! stopped and started again, be slow, want a key, and speak TLS.

mod collections;
mod convert;
mod points;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use qdrant_client::qdrant::collections_server::CollectionsServer;
use qdrant_client::qdrant::points_server::PointsServer;
use qdrant_client::qdrant::qdrant_server::QdrantServer;
use qdrant_edge::EdgeShard;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Status};

/// What a real server takes at once.
const MOST_BYTES: usize = 32 << 20;

/// The services of one server, with nothing but `done` in them.
macro_rules! service {
    (
        impl $service:ident for $server:ident { $($done:tt)* }
        nothing of: $($name:ident($request:ident) -> $response:ident),* $(,)?
    ) => {
        #[tonic::async_trait]
        impl $service for $server {
            $($done)*

            $(
                async fn $name(&self, _: Request<qdrant_client::qdrant::$request>)
                    -> Result<Response<qdrant_client::qdrant::$response>, Status>
                {
                    Err(Status::unimplemented(concat!("the stand-in has no ", stringify!($name))))
                }
            )*
        }
    };
}
use service;

/// A server, and what it holds beyond its own end.
pub struct FakeQdrant {
    state: Fake,
    address: SocketAddr,
    identity: Option<Identity>,
    serving: Option<(CancellationToken, JoinHandle<()>)>,
}

/// What the services share.
#[derive(Clone)]
struct Fake(Arc<State>);

struct State {
    key: Option<String>,
    held: Mutex<Held>,
    delay: Mutex<Duration>,
    requests: AtomicU64,
    /// Goes last: shards write into it until they are gone.
    folder: TempDir,
}

#[derive(Default)]
struct Held {
    collections: BTreeMap<String, Arc<EdgeShard>>,
    aliases: BTreeMap<String, String>,
    made: usize,
}

impl FakeQdrant {
    /// Without a key and without TLS.
    pub async fn start() -> Self {
        Self::start_with(None, None).await
    }

    /// With a key that every request must bring, and with TLS.
    pub async fn start_with(key: Option<&str>, identity: Option<Identity>) -> Self {
        let state = Fake(Arc::new(State {
            folder: tempfile::tempdir().expect("a folder"),
            key: key.map(str::to_owned),
            held: Mutex::default(),
            delay: Mutex::default(),
            requests: AtomicU64::new(0),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let mut server = Self { state, address, identity, serving: None };
        server.serve(listener);
        server
    }

    pub fn url(&self) -> String {
        let scheme = if self.identity.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address.port())
    }

    /// Ends all connections and takes no more. What it holds stays.
    pub async fn stop(&mut self) {
        if let Some((stop, serving)) = self.serving.take() {
            stop.cancel();
            serving.await.expect("it ends");
        }
    }

    /// Comes back at the same address.
    pub fn start_again(&mut self) {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("set");
        socket.bind(self.address).expect("the port is free again");
        self.serve(socket.listen(64).expect("listening"));
    }

    fn serve(&mut self, listener: TcpListener) {
        let mut server = Server::builder();
        if let Some(identity) = &self.identity {
            server = server.tls_config(ServerTlsConfig::new().identity(identity.clone())).expect("a certificate");
        }
        let router = server
            .add_service(QdrantServer::new(self.state.clone()))
            .add_service(CollectionsServer::new(self.state.clone()))
            .add_service(PointsServer::new(self.state.clone()).max_decoding_message_size(MOST_BYTES));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = tokio::spawn(async move {
            router.serve_with_incoming_shutdown(TcpIncoming::from(listener), stopped).await.expect("it serves");
        });
        self.serving = Some((stop, serving));
    }

    /// Every request takes so much longer.
    pub fn slow_down(&self, delay: Duration) {
        *self.state.0.delay.lock().expect("no panic") = delay;
    }

    pub fn requests(&self) -> u64 {
        self.state.0.requests.load(Ordering::Relaxed)
    }

    /// The names of all collections.
    pub fn collections(&self) -> Vec<String> {
        self.state.held().collections.keys().cloned().collect()
    }

    /// What an alias stands for.
    pub fn alias(&self, name: &str) -> Option<String> {
        self.state.held().aliases.get(name).cloned()
    }
}

impl Fake {
    /// What every request passes first.
    async fn enter<T>(&self, request: Request<T>) -> Result<T, Status> {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        if let Some(key) = &self.0.key
            && request.metadata().get("api-key").and_then(|given| given.to_str().ok()) != Some(key)
        {
            return Err(Status::unauthenticated("Must provide an API key or an Authorization bearer token"));
        }
        let delay = *self.0.delay.lock().expect("no panic");
        tokio::time::sleep(delay).await;
        Ok(request.into_inner())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().expect("no panic")
    }

    /// The shard of a collection or of what an alias stands for.
    fn shard(&self, name: &str) -> Result<Arc<EdgeShard>, Status> {
        let held = self.held();
        let name = held.aliases.get(name).map_or(name, String::as_str);
        let missing = || Status::not_found(format!("Not found: Collection `{name}` doesn't exist!"));
        held.collections.get(name).cloned().ok_or_else(missing)
    }
}
