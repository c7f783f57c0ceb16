//! Staying inside Discord's rate limits, as its headers tell them: <https://discord.com/developers/docs/topics/rate-limits>.
//!
//! Which requests share a limit is known only from the header `X-RateLimit-Bucket` of an earlier answer. Until then each
//! route of a channel counts for itself.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::sync::Cache;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// How many buckets are remembered.
const MOST_BUCKETS: u64 = 10_000;
/// How long; no bucket of Discord's takes longer to fill up again.
const REMEMBERED: Duration = Duration::from_mins(10);

/// Discord takes 50 requests a second from a bot. Of those, so many are left at any time to signs of life, which must not wait
/// behind answers: no second sees more than these two together of anything else.
const A_SECOND: NonZeroU32 = NonZeroU32::new(35).expect("not zero");
const AT_ONCE: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

/// When which requests may be sent again.
pub struct Pace {
    /// Route → the name that Discord gives its bucket.
    names: Cache<String, String>,
    /// Bucket and channel → when it is full again.
    full_at: Cache<(String, String), Instant>,
    /// When anything may be sent again.
    anything_at: Mutex<Option<Instant>>,
    /// All that counts towards the limit on everything and can wait.
    everything: DefaultDirectRateLimiter,
    /// Who waits for it stands in line.
    line: tokio::sync::Mutex<()>,
}

/// What limits hold for a request.
pub struct Key {
    /// The method and the path with its numbers left out.
    route: String,
    /// The channel, the server or the webhook: each has limits of its own.
    major: String,
    /// Responses to interactions do not count towards the limit on everything.
    is_interaction: bool,
    /// It shows that somebody is not forgotten.
    is_sign_of_life: bool,
}

impl Key {
    /// Of a request to `path`, which begins with `/api/v10`.
    pub fn of(method: &Method, path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).skip(2).collect();
        let majors = match segments.first() {
            Some(&"channels" | &"guilds") => 1,
            Some(&"webhooks" | &"interactions") => 2,
            _ => 0,
        };
        let mut route = method.to_string();
        for (at, segment) in segments.iter().enumerate() {
            let is_left_out = (1..=majors).contains(&at) || segment.bytes().all(|byte| byte.is_ascii_digit());
            route.push('/');
            route.push_str(if is_left_out { ":" } else { segment });
        }
        let major = segments.iter().skip(1).take(majors).copied().collect::<Vec<_>>().join("/");
        Self { route, major, is_interaction: majors == 2, is_sign_of_life: segments.last() == Some(&"typing") }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            names: Cache::builder().max_capacity(MOST_BUCKETS).build(),
            full_at: Cache::builder().max_capacity(MOST_BUCKETS).time_to_live(REMEMBERED).build(),
            anything_at: Mutex::new(None),
            everything: RateLimiter::direct(Quota::per_second(A_SECOND).allow_burst(AT_ONCE)),
            line: tokio::sync::Mutex::default(),
        }
    }
}

impl Pace {
    /// How long a request must wait; `None` when it may be sent.
    pub fn wait(&self, key: &Key, now: Instant) -> Option<Duration> {
        let own = self.full_at.get(&self.bucket(key));
        let all = if key.is_interaction { None } else { *self.anything_at() };
        let until = own.into_iter().chain(all).max()?;
        until.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    /// Waits until the limit on everything leaves room for a request, so that Discord need not refuse it.
    pub async fn room(&self, key: &Key) {
        if key.is_interaction || key.is_sign_of_life {
            return;
        }
        let _first = self.line.lock().await;
        while let Err(not_yet) = self.everything.check() {
            tokio::time::sleep(not_yet.wait_time_from(DefaultClock::default().now())).await;
        }
    }

    /// Takes in the limits that come with every answer.
    pub fn learn(&self, key: &Key, headers: &HeaderMap, now: Instant) {
        if let Some(name) = header::<String>(headers, "x-ratelimit-bucket") {
            self.names.insert(key.route.clone(), name);
        }
        let is_empty = header::<u64>(headers, "x-ratelimit-remaining") == Some(0);
        if let Some(seconds) = header::<f64>(headers, "x-ratelimit-reset-after").filter(|_| is_empty) {
            self.full_at.insert(self.bucket(key), now + seconds_of(seconds));
        }
    }

    /// Takes in an answer 429 that asks to wait.
    pub fn hold(&self, key: &Key, headers: &HeaderMap, body: &[u8], wait: Duration, now: Instant) {
        let says_global =
            || serde_json::from_slice::<Value>(body).is_ok_and(|body| body["global"] == Value::Bool(true));
        if headers.contains_key("x-ratelimit-global") || says_global() {
            *self.anything_at() = Some(now + wait);
        } else {
            self.full_at.insert(self.bucket(key), now + wait);
        }
    }

    fn bucket(&self, key: &Key) -> (String, String) {
        (self.names.get(&key.route).unwrap_or_else(|| key.route.clone()), key.major.clone())
    }

    fn anything_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.anything_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The header `name`, if it is there and can be read.
pub fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Seconds as they come over the wire, which may be anything.
pub fn seconds_of(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.min(REMEMBERED.as_secs_f64())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let field =
            |&(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().expect("a header"));
        fields.iter().map(field).collect()
    }

    fn messages(channel: u64, method: &Method) -> Key {
        Key::of(method, &format!("/api/v10/channels/{channel}/messages/9"))
    }

    #[test]
    fn an_empty_bucket_is_waited_for_by_all_routes_that_share_it_and_by_no_other_channel() {
        let (pace, now) = (Pace::default(), Instant::now());
        let spent = |left: &str| {
            headers(&[
                ("x-ratelimit-bucket", "b1"),
                ("x-ratelimit-remaining", left),
                ("x-ratelimit-reset-after", "1.5"),
            ])
        };
        let (edit, delete) = (messages(1, &Method::PATCH), messages(1, &Method::DELETE));
        pace.learn(&delete, &spent("3"), now);
        pace.learn(&edit, &spent("0"), now);
        assert_eq!(pace.wait(&edit, now), Some(Duration::from_millis(1_500)));
        assert_eq!(pace.wait(&delete, now), Some(Duration::from_millis(1_500)));
        assert_eq!(pace.wait(&messages(2, &Method::PATCH), now), None);
        assert_eq!(pace.wait(&edit, now + Duration::from_millis(1_500)), None);
    }

    #[test]
    fn a_limit_on_everything_holds_all_but_interactions() {
        let (pace, now) = (Pace::default(), Instant::now());
        let body = br#"{"message": "You are being rate limited.", "retry_after": 2, "global": true}"#;
        pace.hold(&messages(1, &Method::POST), &HeaderMap::new(), body, Duration::from_secs(2), now);
        assert_eq!(pace.wait(&messages(2, &Method::GET), now), Some(Duration::from_secs(2)));
        assert_eq!(pace.wait(&Key::of(&Method::POST, "/api/v10/interactions/5/token/callback"), now), None);
    }

    #[tokio::test]
    async fn answers_leave_room_for_signs_of_life() {
        let pace = Pace::default();
        let (begin, burst) = (Instant::now(), AT_ONCE.get());
        for _ in 0..burst + 7 {
            pace.room(&messages(1, &Method::POST)).await;
        }
        let least = Duration::from_secs(1) * 6 / A_SECOND.get();
        assert!(begin.elapsed() >= least, "seven more than at once take seven pauses, but for the first's beginning");
        let (typing, callback) = ("/api/v10/channels/1/typing", "/api/v10/interactions/5/token/callback");
        for path in [typing, callback] {
            let key = Key::of(&Method::POST, path);
            tokio::time::timeout(Duration::ZERO, pace.room(&key)).await.expect("never waits");
        }
    }

    #[test]
    fn strange_headers_do_no_harm() {
        let (pace, now) = (Pace::default(), Instant::now());
        let key = messages(1, &Method::GET);
        for after in ["-1", "NaN", "inf", "1e300", "soon"] {
            pace.learn(&key, &headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", after)]), now);
            assert!(pace.wait(&key, now).is_none_or(|wait| wait <= REMEMBERED), "{after}");
        }
    }
}
