//! Keeps other sites from using the page through a visitor's browser.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Refuses requests by a foreign name to a page that listens on a loopback address: a site whose name has been pointed
/// there (DNS rebinding) would count as the same origin.
pub(super) async fn known_host(State(listening): State<IpAddr>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    match host {
        None => (StatusCode::BAD_REQUEST, "The request names no host.\n").into_response(),
        Some(host) if !is_known(host.host(), listening) => {
            (StatusCode::MISDIRECTED_REQUEST, "This page is not served under that name; use localhost.\n")
                .into_response()
        }
        Some(_) => next.run(request).await,
    }
}

fn is_known(host: &str, listening: IpAddr) -> bool {
    if !listening.is_loopback() {
        return true;
    }
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || literal.is_ok_and(|address| address.is_loopback())
}

/// Refuses posts that another site's page sends. Browsers say where a request comes from; programs that say nothing are
/// no browsers and carry nobody's cookie.
pub(super) async fn posts_only_from_here(request: Request, next: Next) -> Response {
    if request.method() == Method::POST && !is_from_here(request.headers()) {
        return (StatusCode::FORBIDDEN, "This request comes from another site.\n").into_response();
    }
    next.run(request).await
}

/// Whether a request was made by this page, or by no page at all.
pub(super) fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    if let Some(site) = headers.get("sec-fetch-site").map(text) {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN).map(text) else { return true };
    let host = headers.get(HOST).map(text).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_page_knows_only_loopback_names() {
        let check = |host: &str, listening: &str, expected| {
            let authority: Authority = host.parse().expect("an authority");
            assert_eq!(is_known(authority.host(), listening.parse().expect("an address")), expected, "{host}");
        };
        for host in ["localhost", "LOCALHOST:8787", "127.0.0.1:8787", "127.0.0.5", "[::1]:8787"] {
            check(host, "127.0.0.1", true);
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", "0.0.0.0"] {
            check(host, "127.0.0.1", false);
        }
        check("colega.team.example", "0.0.0.0", true);
    }

    #[test]
    fn requests_of_other_sites_are_told_apart() {
        let check = |headers: &[(&'static str, &'static str)], expected| {
            let map = headers
                .iter()
                .map(|&(name, value)| (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value)));
            assert_eq!(is_from_here(&map.collect()), expected, "{headers:?}");
        };
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("host", "localhost:1"), ("origin", "http://localhost:1")], true);
        check(&[("host", "localhost:1"), ("origin", "http://localhost:2")], false);
        check(&[("host", "localhost:1"), ("origin", "null")], false);
        check(&[("origin", "null")], false);
        check(&[("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "http://a")], false);
    }
}
