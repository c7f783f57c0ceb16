//! Updates that Telegram brings by itself (<https://core.telegram.org/bots/api#setwebhook>), for a daemon behind a public
//! address. A proxy with a certificate stands at that address and hands on to the listener here.
//!
//! Telegram brings one update at a time, in order, and for a day brings again what was not answered with a success. So an
//! update is answered once it is on disk, and a daemon that was away misses nothing. Whoever brings one must know a secret
//! that is agreed on when the address is told to Telegram; it is made of the token, so that it is the same after a restart.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use reqwest::Url;
use serde_json::Value;
use teloxide::payloads::{SetWebhook, SetWebhookSetters as _};
use teloxide::types::Update;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutLayer;
use tracing::{error, info, warn};

use super::TelegramSettings;
use super::api::{Api, Fault};
use super::failure::words;
use super::start::{Webhook, waits, webhook};
use super::updates::{WANTED, parse};
use crate::adapters::token::Token;
use crate::adapters::web::Patient;
use crate::desk::health::{Connection, Health};

/// The header with the secret.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// What the secret is made for.
const PURPOSE: &str = "colega telegram webhook secret";
/// The largest update, in bytes; a message has at most 4,096 characters.
const BODY: usize = 1024 * 1024;
/// How long taking one may last.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long open requests are waited for at the end; what they bring is brought again.
const FAREWELL: Duration = Duration::from_secs(2);
/// How often Telegram is asked whether it can bring updates.
const LOOK: Duration = Duration::from_mins(1);

/// Where updates are brought to.
pub(super) struct Hook {
    listener: TcpListener,
    address: Url,
    secret: blake3::Hash,
}

impl Hook {
    /// Listens where the settings say; `None` where updates are fetched.
    ///
    /// # Errors
    /// The address makes no sense, or something else listens there.
    pub(super) async fn open(settings: &TelegramSettings, token: &Token) -> Result<Option<Self>> {
        let Some(address) = &settings.webhook else { return Ok(None) };
        let address: Url = address.parse().context("telegram.webhook is no address")?;
        let listener = listen(settings.webhook_listen).await?;
        let secret = blake3::Hash::from_bytes(blake3::derive_key(PURPOSE, token.reveal().as_bytes()));
        Ok(Some(Self { listener, address, secret }))
    }

    /// Hands each update that is brought to `take`, one after the other, until `stop`. An update that `take` fails to keep
    /// is brought again.
    pub(super) async fn receive<F>(
        self,
        api: &Api,
        health: &Health,
        stop: &CancellationToken,
        take: impl Fn(Update) -> F + Clone + Send + Sync + 'static,
    ) -> Result<()>
    where
        F: Future<Output = Result<()>> + Send,
    {
        let Self { listener, address, secret } = self;
        let one_by_one = Arc::new(tokio::sync::Mutex::new(()));
        let bring = move |Json(update): Json<Value>| async move {
            // What nobody did, and what has no number, is no update that anybody waits for.
            let Some(update) = parse::parse(update) else { return StatusCode::OK };
            // A task of its own: an update that is being taken is taken to the end, though Telegram may have hung up.
            let taken = tokio::spawn(async move {
                let _turn = one_by_one.lock_owned().await;
                take(update).await
            });
            match taken.await.map_err(anyhow::Error::from).flatten() {
                Ok(()) => StatusCode::OK,
                Err(failure) => {
                    error!("an update from Telegram cannot be kept, so Telegram brings it again: {failure:#}");
                    StatusCode::SERVICE_UNAVAILABLE
                }
            }
        };
        let router = Router::new()
            .without_v07_checks()
            .route(address.path(), post(bring))
            .layer(DefaultBodyLimit::max(BODY))
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
            .layer(middleware::from_fn_with_state(secret, only_telegram));
        info!(listens = %listener.local_addr()?, "Telegram brings updates");
        let listener = Patient::new(listener);
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        let too_long = async {
            stop.cancelled().await;
            sleep(FAREWELL).await;
        };
        tokio::select! {
            served = served => served.context("updates cannot be taken any more"),
            () = too_long => Ok(()),
            () = keep_set(api, &address, secret, health) => Ok(()),
        }
    }
}

/// Lets in who knows the secret, before anything else is read of a request.
async fn only_telegram(State(secret): State<blake3::Hash>, request: Request, next: Next) -> Response {
    if knows(request.headers(), secret) { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} for Telegram; set telegram.webhook_listen to a free one"))
}

/// Whether a request brings the secret. Comparing takes the same time wherever the two differ.
fn knows(headers: &HeaderMap, secret: blake3::Hash) -> bool {
    let brought = headers.get(SECRET_HEADER).and_then(|value| blake3::Hash::from_hex(value.as_bytes()).ok());
    brought.is_some_and(|brought| brought == secret)
}

/// Tells Telegram the address and sees to it that it stays told; `health` says whether updates get through. Never ends.
async fn keep_set(api: &Api, address: &Url, secret: blake3::Hash, health: &Health) {
    let begin = || waits(Duration::from_millis(500), Duration::from_secs(30));
    let (mut soon, mut is_told, mut told_trouble) = (begin(), false, None);
    loop {
        let looked = look(api, address, secret, is_told).await;
        is_told |= looked.is_ok();
        let trouble = match &looked {
            Ok(trouble) => trouble.clone(),
            Err(fault) => Some(words(fault)),
        };
        if told_trouble.as_ref() != Some(&trouble) {
            if let Some(trouble) = &trouble {
                warn!("Telegram: {trouble}");
            }
            health.set(
                trouble.clone().map_or_else(|| Connection::Up(Instant::now()), |words| Connection::Down(Some(words))),
            );
            told_trouble = Some(trouble);
        }
        let wait = match looked {
            Ok(_) => {
                soon = begin();
                LOOK
            }
            Err(Fault::Refusal(refusal)) => refusal.retry_after.or_else(|| soon.next()).unwrap_or(LOOK),
            Err(_) => soon.next().unwrap_or(LOOK),
        };
        sleep(wait).await;
    }
}

/// Tells Telegram the address, unless it `is_told` and still knows it; then what keeps updates from getting through, in words.
/// It is told once in each run, whatever it knows: the secret, or what is wanted, may have been others.
async fn look(api: &Api, address: &Url, secret: blake3::Hash, is_told: bool) -> Result<Option<String>, Fault> {
    let known = webhook(api).await?;
    if is_told && known.url == address.as_str() {
        return Ok(trouble(&known));
    }
    // One connection: what is brought at once comes in no order.
    let request = SetWebhook::new(address.clone())
        .max_connections(1)
        .allowed_updates(WANTED)
        .secret_token(secret.to_hex().to_string());
    api.call(&request).await?;
    info!("Telegram was told where to bring updates");
    Ok(None)
}

/// What Telegram says went wrong, as long as updates wait for it.
pub(super) fn trouble(known: &Webhook) -> Option<String> {
    let Webhook { url, pending_update_count: pending, last_error_message } = known;
    // Of the address the host alone: some hide a secret in the rest.
    let host = url.parse::<Url>().ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let reason = last_error_message.as_ref().filter(|_| *pending > 0)?;
    Some(format!(
        "Telegram cannot bring {pending} updates to {host} ({reason}); look at the proxy there, and at telegram.webhook and \
         telegram.webhook_listen"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_brings_the_secret_is_heard() {
        let secret = blake3::Hash::from_bytes(blake3::derive_key(PURPOSE, b"4242:token"));
        let mut headers = HeaderMap::new();
        assert!(!knows(&headers, secret));
        headers.insert(SECRET_HEADER, "0".repeat(64).parse().expect("a header"));
        assert!(!knows(&headers, secret));
        headers.insert(SECRET_HEADER, secret.to_hex().parse().expect("a header"));
        assert!(knows(&headers, secret));
    }

    #[test]
    fn an_old_error_is_no_trouble_once_nothing_waits() {
        let known = |pending_update_count| Webhook {
            url: "https://bot.example.org/t".into(),
            pending_update_count,
            last_error_message: Some("Connection refused".into()),
        };
        assert_eq!(trouble(&known(0)), None);
        let words = trouble(&known(3)).expect("trouble");
        assert!(words.contains("Connection refused") && words.contains("telegram.webhook"), "{words}");
    }
}
