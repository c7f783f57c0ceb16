//! Who visits: a random name in a cookie for each browser, and the language that it asks for.
//!
//! The cookie holds the name and the store's seal on it, so that nobody can invent visitors and vote as each of them.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};
use blake3::Hash;

use super::WebState;
use super::same_site::is_from_here;
use crate::question::{ChatId, Language, UserId};
use crate::render::chrome::Chrome;

/// Name of the cookie.
const NAME: &str = "colega";
/// Letters of a name: 128 bits in hexadecimal digits.
const LETTERS: usize = 32;
/// What the seal is for.
const PURPOSE: &str = "visitor";
/// The chat of whoever sends no cookie of ours.
const STRANGERS: &str = "new browsers";
/// How long a browser keeps its name, in seconds: a year.
const KEPT: u32 = 365 * 24 * 60 * 60;

/// A browser.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    name: String,
    seal: Hash,
    cookie: Cookie,
    language: Language,
}

/// What becomes of the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cookie {
    /// The browser has sent it.
    Sent,
    /// The browser has none yet.
    New,
    /// Another site led here, so the browser may have one that it did not send; it must not be overwritten.
    Unsure,
}

impl Visitor {
    pub(super) fn user(&self) -> UserId {
        UserId(self.name.clone())
    }

    /// Browsers that send no cookie share one chat, and so one rate limit: to drop the cookie gains nothing.
    pub(super) fn chat(&self) -> ChatId {
        ChatId(self.voter().map_or_else(|| STRANGERS.to_owned(), |voter| voter.0))
    }

    /// Who votes; nobody while the browser sends no cookie, since its next vote will come with one, under another name.
    pub(super) fn voter(&self) -> Option<UserId> {
        (self.cookie == Cookie::Sent).then(|| self.user())
    }

    /// The wording in the browser's language.
    pub(super) fn chrome(&self) -> Chrome {
        Chrome::new(self.language)
    }

    fn of(headers: &HeaderMap, seal: impl Fn(&str) -> Hash) -> Self {
        let language = language(headers);
        if let Some((name, seal)) = sealed_name(headers, &seal) {
            return Self { name, seal, cookie: Cookie::Sent, language };
        }
        let cookie = if is_from_here(headers) { Cookie::New } else { Cookie::Unsure };
        let name = format!("{:032x}", rand::random::<u128>());
        Self { seal: seal(&name), name, cookie, language }
    }
}

/// The name in the cookie, if its seal is ours.
fn sealed_name(headers: &HeaderMap, seal: impl Fn(&str) -> Hash) -> Option<(String, Hash)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(NAME)?.strip_prefix('='))
        .filter_map(|value| value.split_once('.'))
        .filter(|(name, _)| name.len() == LETTERS && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .filter_map(|(name, sent)| Some((name.to_owned(), Hash::from_hex(sent).ok()?)))
        .find(|(name, sent)| seal(name) == *sent)
}

/// The language that the browser likes best of those that Colega speaks; English if it names none.
fn language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let liked = accepted.split(',').filter_map(|entry| {
        let (tag, quality) = entry.split_once(";q=").unwrap_or((entry, "1"));
        let quality: f32 = quality.trim().parse().unwrap_or(0.0);
        let language: Language = tag.trim().parse().ok()?;
        (quality > 0.0).then_some((language, quality))
    });
    // The first of those liked alike, as `max_by` would give the last.
    liked
        .fold(None, |best: Option<(Language, f32)>, next| best.filter(|best| best.1 >= next.1).or(Some(next)))
        .map_or(Language::English, |(language, _)| language)
}

impl FromRequestParts<WebState> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, page: &WebState) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, |name| page.feedback.seal(PURPOSE, name)))
    }
}

impl IntoResponseParts for &Visitor {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        if self.cookie == Cookie::New {
            let cookie = format!(
                "{NAME}={}.{}; Path=/; Max-Age={KEPT}; HttpOnly; SameSite=Strict",
                self.name,
                self.seal.to_hex()
            );
            let cookie = HeaderValue::try_from(cookie).expect("hexadecimal digits and constants are visible ASCII");
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(name: &str) -> Hash {
        blake3::keyed_hash(&[7; 32], name.as_bytes())
    }

    fn visitor(headers: &[(&'static str, &str)]) -> Visitor {
        let value = |value: &str| HeaderValue::from_str(value).expect("visible ASCII");
        let headers = headers.iter().map(|&(n, v)| (axum::http::HeaderName::from_static(n), value(v))).collect();
        Visitor::of(&headers, seal)
    }

    #[test]
    fn the_browsers_first_choice_of_our_languages_counts() {
        let check = |accepted: &str, expected| {
            assert_eq!(visitor(&[("accept-language", accepted)]).language, expected, "{accepted}");
        };
        check("es-MX,es;q=0.9,en;q=0.8", Language::Spanish);
        check("en-GB,en;q=0.9,es;q=0.8", Language::English);
        check("fr,en;q=0.3,es;q=0.5", Language::Spanish);
        check("en,es", Language::English);
        check("es;q=0,en;q=0.1", Language::English);
        check("", Language::English);
        check("de, *;q=x", Language::English);
    }

    #[test]
    fn a_name_is_kept_only_with_our_seal() {
        let name = "0123456789abcdef0123456789abcdef";
        let sealed = format!("{name}.{}", seal(name).to_hex());
        let known = visitor(&[("cookie", &format!("a=b; colega={sealed}; c=d"))]);
        assert_eq!((known.user(), known.cookie), (UserId(name.to_owned()), Cookie::Sent));
        assert_eq!(known.voter(), Some(known.user()));
        let other = name.replace('0', "1");
        let stolen = format!("{other}.{}", seal(name).to_hex());
        let others_seal = format!("{name}.{}", blake3::keyed_hash(&[8; 32], name.as_bytes()).to_hex());
        for cookie in ["", "x", "0123", name, &stolen, &others_seal, &format!("{name}."), &sealed[..96]] {
            let invented = visitor(&[("cookie", &format!("colega={cookie}"))]);
            assert_eq!(invented.cookie, Cookie::New, "{cookie}");
            assert_eq!((invented.voter(), invented.chat()), (None, visitor(&[]).chat()), "{cookie}");
        }
        assert_eq!(visitor(&[("cookie", &format!("xcolega={sealed}"))]).cookie, Cookie::New);
        assert_ne!(visitor(&[]).user(), visitor(&[]).user());
    }

    #[test]
    fn a_link_from_another_site_does_not_replace_the_cookie() {
        assert_eq!(visitor(&[("sec-fetch-site", "cross-site")]).cookie, Cookie::Unsure);
        assert_eq!(visitor(&[("sec-fetch-site", "none")]).cookie, Cookie::New);
    }
}
