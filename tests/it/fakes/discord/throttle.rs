//! Rate limits (<https://discord.com/developers/docs/topics/rate-limits>).

use std::collections::HashMap;

use super::routes::Route;
use super::settings::{Limits, Window};

/// Windows that are remembered before old ones are thrown away.
const KEPT: usize = 2_048;
/// A client's clock and ours may differ so much, in milliseconds.
const TOLERANCE_MS: u64 = 30;
/// How long a request may be on its way.
const IN_FLIGHT_MS: u64 = 200;

/// Requests that share a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Bucket {
    Everything,
    Create,
    Edit,
    Typing,
    Delete,
    React,
    Read(Route),
    Webhook,
}

/// Which limits are used up, and who was told so.
#[derive(Debug, Default)]
pub struct Throttle {
    windows: HashMap<(Bucket, u64), Used>,
    /// Requests that were told to come back: when they were told, and when they may.
    told: HashMap<u64, (u64, u64)>,
}

#[derive(Debug, Clone, Copy)]
struct Used {
    requests: u32,
    ends_ms: u64,
    /// The bot was told that this limit is used up.
    told: bool,
}

/// What stands in a response's headers.
#[derive(Debug, Clone)]
pub struct Headers {
    /// Requests in a window.
    pub limit: u32,
    /// Requests left.
    pub remaining: u32,
    /// Seconds until the window ends.
    pub reset_after: f64,
    /// When it ends, in seconds since 1970.
    pub reset: f64,
    /// The name of the limit.
    pub bucket: String,
}

/// A request may not go on.
#[derive(Debug, Clone)]
pub struct TooMany {
    /// Seconds to wait.
    pub retry_after: f64,
    /// It is the limit of the whole bot.
    pub is_global: bool,
    /// What the headers say, for a limit of one route.
    pub headers: Option<Headers>,
    /// The bot had been told, and did not wait.
    pub is_hasty: bool,
}

fn seconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}

impl Throttle {
    /// Whether the very same request was told to come back later than now. Requests that are not `unique` (typing, reads)
    /// may come from two tasks at once; then the second has not heard yet what the first was told.
    pub fn is_told_to_wait(&mut self, request: u64, now_ms: u64, unique: bool) -> bool {
        self.told.retain(|_, (_, until)| *until > now_ms + TOLERANCE_MS);
        let grace = if unique { 0 } else { IN_FLIGHT_MS };
        self.told.get(&request).is_some_and(|(told, _)| now_ms >= told + grace)
    }

    /// Remembers that `request` was told to wait.
    pub fn tell(&mut self, request: u64, now_ms: u64, until_ms: u64) {
        self.told.insert(request, (now_ms, until_ms));
    }

    /// Counts a request in `channel` (or other place with a limit of its own).
    pub fn count(
        &mut self,
        limits: &Limits,
        route: Route,
        place: u64,
        now_ms: u64,
    ) -> Result<Option<Headers>, TooMany> {
        let (bucket, window) = match route {
            Route::Callback => return Ok(None),
            Route::CreateMessage | Route::StartThread | Route::OpenDirect => (Bucket::Create, limits.channel),
            Route::EditMessage => (Bucket::Edit, limits.channel),
            Route::Typing => (Bucket::Typing, limits.channel),
            Route::DeleteMessage => (Bucket::Delete, limits.delete),
            Route::React | Route::Unreact => (Bucket::React, limits.react),
            Route::FollowUp | Route::GetResponse | Route::EditResponse | Route::DeleteResponse => {
                (Bucket::Webhook, limits.webhook)
            }
            read => (Bucket::Read(read), limits.read),
        };
        if bucket != Bucket::Webhook {
            self.take((Bucket::Everything, 0), limits.global, now_ms).map_err(|many| TooMany {
                is_global: true,
                headers: None,
                ..many
            })?;
        }
        self.take((bucket, place), window, now_ms).map(Some)
    }

    fn take(&mut self, key: (Bucket, u64), window: Window, now_ms: u64) -> Result<Headers, TooMany> {
        if self.windows.len() > KEPT {
            self.windows.retain(|_, used| used.ends_ms > now_ms);
        }
        let length = u64::try_from(window.every.as_millis()).unwrap_or(u64::MAX);
        let fresh = Used { requests: 0, ends_ms: now_ms + length, told: false };
        let used = self.windows.entry(key).or_insert(fresh);
        if used.ends_ms <= now_ms {
            *used = fresh;
        }
        let left_ms = used.ends_ms - now_ms;
        let headers = |remaining| Headers {
            limit: window.requests,
            remaining,
            reset_after: seconds(left_ms),
            reset: seconds(now_ms + left_ms),
            bucket: format!("{:?}", key.0).to_lowercase().replace(['(', ')'], ""),
        };
        if used.requests >= window.requests {
            let is_hasty = used.told && left_ms > TOLERANCE_MS;
            used.told = true;
            return Err(TooMany {
                retry_after: seconds(left_ms),
                is_global: false,
                headers: Some(headers(0)),
                is_hasty,
            });
        }
        used.requests += 1;
        Ok(headers(window.requests - used.requests))
    }
}
