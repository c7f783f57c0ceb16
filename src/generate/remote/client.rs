//! One server, spoken to by async-openai. What comes back is read loosely: servers leave out what nobody needs.

use anyhow::{Result, ensure};
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::ReqwestService;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};

use super::{Fault, Message, RemoteSettings};

/// Bytes of text that one part may have at the most, whatever the server sends.
const MOST_TEXT: usize = 64 << 10;

pub(super) struct Client(async_openai::Client<OpenAIConfig>);

/// <https://platform.openai.com/docs/api-reference/chat/create>, as far as all servers know it.
#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: &'a [Message],
    max_tokens: u32,
    temperature: f32,
    seed: u64,
    stream: bool,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
}

impl Client {
    pub(super) fn new(url: &str, settings: &RemoteSettings) -> Result<Self> {
        let is_address = url.starts_with("http://") || url.starts_with("https://");
        ensure!(is_address, "generate.remote holds “{url}”, which is no address such as \"http://10.0.0.5:8000/v1\"");
        // Fails where one was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = OpenAIConfig::new()
            .with_api_base(url.trim_end_matches('/'))
            .with_api_key(settings.key.clone().unwrap_or_default());
        // Who fails is not asked again at once, as the library would; another server is.
        Ok(Self(async_openai::Client::with_config(config).with_http_service(ReqwestService::default())))
    }

    /// What the model writes, until it ends or `goes_on` says no.
    pub(super) async fn write(
        &self,
        messages: &[Message],
        max_tokens: u32,
        settings: &RemoteSettings,
        goes_on: &(impl Fn(&str) -> bool + Sync),
    ) -> Result<String, Fault> {
        let RemoteSettings { model, temperature, seed, patience, .. } = settings;
        let (temperature, seed) = (*temperature, *seed);
        let request = Request { model, messages, max_tokens, temperature, seed, stream: true };
        let chat = self.0.chat();
        let opening = tokio::time::timeout(*patience, chat.create_stream_byot::<_, Chunk>(request));
        let mut stream = opening.await.map_err(|_| silent())?.map_err(|error| told(&error))?;
        let (mut written, mut is_whole) = (String::new(), false);
        while let Some(chunk) = tokio::time::timeout(*patience, stream.next()).await.map_err(|_| silent())? {
            for choice in chunk.map_err(|error| told(&error))?.choices {
                written.push_str(choice.delta.content.as_deref().unwrap_or_default());
                is_whole |= choice.finish_reason.is_some();
            }
            if is_whole || written.len() > MOST_TEXT || !goes_on(&written) {
                return Ok(written);
            }
        }
        Err(Fault::Away("it broke off in the middle of a text".to_owned()))
    }
}

fn silent() -> Fault {
    Fault::Away("it says nothing for too long".to_owned())
}

/// The error without anything that was sent or may be a secret.
fn told(error: &OpenAIError) -> Fault {
    match error {
        OpenAIError::ApiError(response) => match response.status_code.as_u16() {
            429 => Fault::Busy("it cannot take more now (429)".to_owned()),
            status @ (401 | 403) => {
                Fault::Away(format!("it does not accept the key ({status}); see COLEGA_REMOTE_KEY"))
            }
            404 => Fault::Away("it knows no such model or address (404); see generate.remote_model".to_owned()),
            status @ 400..=499 => Fault::Final(format!("it does not take the request ({status})")),
            status => Fault::Away(format!("it answers {status}")),
        },
        OpenAIError::Reqwest(error) if error.is_connect() => Fault::Away("it cannot be reached".to_owned()),
        OpenAIError::Reqwest(_) | OpenAIError::StreamError(_) => Fault::Away("the connection broke".to_owned()),
        OpenAIError::JSONDeserialize(..) => Fault::Away("what it sends cannot be read".to_owned()),
        _ => Fault::Away("it cannot be used".to_owned()),
    }
}
