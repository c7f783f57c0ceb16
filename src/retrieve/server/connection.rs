//! The servers of one cluster: whoever answers is asked, and nobody waits for one that does not.

use std::future::Future;
use std::sync::mpsc;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use qdrant_client::{Qdrant, QdrantError};
use tokio::runtime::{Builder, Runtime};
use tonic::Code;
use tracing::warn;

use super::{ServerError, ServerSettings};
use crate::endpoints::{Asked, Endpoints};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);
/// How long work on a collection may take that is no question: creating one, writing points.
const WORK: Duration = Duration::from_mins(1);
/// How often such work is tried.
const TRIES: usize = 4;

/// The client is asynchronous, and an index is searched by threads that may block.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let threads = Builder::new_multi_thread().worker_threads(1).thread_name("qdrant-client").enable_all().build();
    threads.expect("a thread can be started")
});

/// Two clients for one server, since a client knows one time limit and gives a connection up that does not keep it.
struct Clients {
    /// For questions.
    quick: Qdrant,
    /// For everything else.
    patient: Qdrant,
}

/// Sends one request; it may be sent again, to another server.
type Call<R, F> = fn(Qdrant, R) -> F;

/// A cheap handle.
#[derive(Clone)]
pub(super) struct Connection(Arc<Inner>);

struct Inner {
    servers: Endpoints<Clients>,
    addresses: Vec<String>,
    timeout: Duration,
}

impl Connection {
    /// Connects to nothing yet.
    pub(super) fn new(settings: &ServerSettings, key: Option<&str>) -> Result<Self> {
        // Fails where one was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = |url: &str, timeout: Duration| {
            let builder = Qdrant::from_url(url).skip_compatibility_check().timeout(timeout).connect_timeout(CONNECT);
            let builder = builder.keep_alive_while_idle().api_key(key.map(str::to_owned));
            builder.build().with_context(|| format!("index.server.urls: “{url}”"))
        };
        let clients =
            |url: &String| Ok(Clients { quick: client(url, settings.timeout())?, patient: client(url, WORK)? });
        let servers = settings.urls.iter().map(clients).collect::<Result<_>>()?;
        Ok(Self(Arc::new(Inner {
            servers: Endpoints::new(servers),
            addresses: settings.urls.clone(),
            timeout: settings.timeout(),
        })))
    }

    /// For a question: each server is tried once, unless it rests after a failure, and nobody is waited for beyond the time
    /// of the configuration.
    pub(super) fn ask<R, T, F>(&self, request: R, call: Call<R, F>) -> Result<T, ServerError>
    where
        R: Clone + Send + Sync + 'static,
        T: Send + 'static,
        F: Future<Output = Result<T, QdrantError>> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        block_on(async move {
            let mut failure = ServerError::Away("each of them failed a moment ago".to_owned());
            for _ in 0..inner.addresses.len() {
                let (server, rest) = inner.servers.next(Instant::now());
                if !rest.is_zero() {
                    break;
                }
                let asked = call(server.client().quick.clone(), request.clone());
                match inner.one(&server, inner.timeout + CONNECT, asked).await {
                    Err(away @ ServerError::Away(_)) => failure = away,
                    done => return done,
                }
            }
            Err(failure)
        })
    }

    /// For everything else: patiently, and more than once.
    pub(super) fn work<R, T, F>(&self, request: R, call: Call<R, F>) -> Result<T, ServerError>
    where
        R: Clone + Send + Sync + 'static,
        T: Send + 'static,
        F: Future<Output = Result<T, QdrantError>> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        block_on(async move {
            let mut failure = ServerError::Away(String::new());
            for _ in 0..TRIES {
                let (server, rest) = inner.servers.next(Instant::now());
                tokio::time::sleep(rest).await;
                let asked = call(server.client().patient.clone(), request.clone());
                match inner.one(&server, WORK + CONNECT, asked).await {
                    Err(away @ ServerError::Away(_)) => failure = away,
                    done => return done,
                }
            }
            Err(failure)
        })
    }
}

impl Inner {
    async fn one<T>(
        &self,
        server: &Asked<Clients>,
        timeout: Duration,
        asked: impl Future<Output = Result<T, QdrantError>>,
    ) -> Result<T, ServerError> {
        let done = tokio::time::timeout(timeout, asked).await;
        let done = match done {
            Ok(done) => done.map_err(|error| told(&error)),
            Err(_) => Err(ServerError::Away(format!("it says nothing for {timeout:?}"))),
        };
        match done {
            Err(ServerError::Away(why)) => {
                let why = format!("{}: {why}", self.addresses[server.number() - 1]);
                warn!("a Qdrant server failed: {why}");
                server.failed(false, Instant::now());
                Err(ServerError::Away(why))
            }
            done => {
                server.is_well();
                done
            }
        }
    }
}

/// Waits for `work`, on a thread that may block.
pub(super) fn block_on<T: Send + 'static>(
    work: impl Future<Output = Result<T, ServerError>> + Send + 'static,
) -> Result<T, ServerError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    spawn(async move {
        // Whoever asked may have gone.
        let _ = sender.send(work.await);
    });
    receiver.recv().unwrap_or_else(|_| Err(ServerError::Away("the client broke down".to_owned())))
}

/// Goes on with `work` in the background.
pub(super) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    RUNTIME.spawn(work)
}

/// The error in our words, without anything that was sent.
fn told(error: &QdrantError) -> ServerError {
    let QdrantError::ResponseError { status } = error else {
        return match error {
            QdrantError::ResourceExhaustedError { .. } => ServerError::Away("it is overloaded".to_owned()),
            _ => ServerError::Refused("what it says cannot be read".to_owned()),
        };
    };
    let message = status.message();
    match status.code() {
        Code::NotFound => ServerError::Missing(message.to_owned()),
        Code::Unauthenticated | Code::PermissionDenied => {
            ServerError::Refused("the key is not accepted; see the variable QDRANT_API_KEY".to_owned())
        }
        Code::InvalidArgument | Code::AlreadyExists | Code::FailedPrecondition | Code::Unimplemented => {
            ServerError::Refused(message.to_owned())
        }
        Code::Internal if message.contains("certificate") || message.contains("Certificate") => ServerError::Away(
            "its certificate is not trusted; SSL_CERT_FILE names a file of certificates that are".to_owned(),
        ),
        Code::Internal if message.starts_with("Failed to connect") => {
            ServerError::Away("it cannot be reached".to_owned())
        }
        Code::DeadlineExceeded => ServerError::Away("it does not answer in time".to_owned()),
        code => ServerError::Away(format!("it answers “{}” ({message})", code.description())),
    }
}
