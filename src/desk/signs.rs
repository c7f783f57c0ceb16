//! Signs of life ("typing") for those who wait: all who wait in a place see the same one.

use std::time::Duration;

use moka::ops::compute::Op;
use moka::sync::Cache;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use super::Desk;
use super::job::Job;
use super::messenger::{Failure, Messenger};
use crate::delivery::Outgoing;
use crate::place::{Interaction, Place};
use crate::question::ChatId;

/// An answer that takes longer than this is announced.
const QUIET: Duration = Duration::from_millis(250);
/// With more answers under way than this, which meet the platform's limits, each is announced at once.
const FEW: usize = 8;
/// How often a sign is given in one place, for those who began to wait since the last. Discord lets five through in five
/// seconds; what it does not let through is given when it says.
const AT_MOST_EVERY: Duration = Duration::from_millis(500);
/// How many places are remembered, and how long: longer than a sign lasts.
const REMEMBERED: u64 = 10_000;
const REMEMBERED_FOR: Duration = Duration::from_mins(1);

/// The latest sign of each place.
#[derive(Debug)]
pub(super) struct Signs(Cache<(ChatId, Option<String>), Sign>);

#[derive(Debug, Clone, Copy)]
enum Sign {
    /// Given then.
    Given(Instant),
    /// The platform takes none until then.
    Held(Instant),
}

impl Sign {
    /// When the next is due for somebody who waits since `since`, where people see a sign for `lasting`.
    fn next(self, since: Instant, lasting: Duration) -> Instant {
        match self {
            Self::Given(at) if at >= since => at + lasting,
            Self::Given(at) => at + AT_MOST_EVERY,
            Self::Held(until) => until,
        }
    }
}

impl Default for Signs {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build())
    }
}

impl Signs {
    /// Takes the turn to give a sign in `place`, at `now`, to somebody who waits there since `since`; otherwise when to come
    /// again.
    fn turn(&self, place: &Place, since: Instant, lasting: Duration, now: Instant) -> Result<(), Instant> {
        let mut later = None;
        self.0.entry(of(place)).and_compute_with(|latest| {
            later = latest.map(|sign| sign.value().next(since, lasting)).filter(|next| *next > now);
            if later.is_some() { Op::Nop } else { Op::Put(Sign::Given(now)) }
        });
        later.map_or(Ok(()), Err)
    }

    /// The sign of the last turn was not given; none is before `until`.
    fn hold(&self, place: &Place, until: Instant) {
        self.0.insert(of(place), Sign::Held(until));
    }
}

fn of(place: &Place) -> (ChatId, Option<String>) {
    (place.chat.clone(), place.topic.clone())
}

impl<M: Messenger> Desk<M> {
    /// Shows that the answer is under way for as long as the handle lives: while it is written, and while a busy platform
    /// holds it up.
    pub(super) async fn signs_of_life(&self, job: &Job, outgoing: &Outgoing) -> AbortOnDropHandle<()> {
        let (desk, place) = (self.clone(), job.place.clone());
        let signs = async move {
            let since = Instant::now();
            sleep(if desk.running.count() > FEW { Duration::ZERO } else { QUIET }).await;
            loop {
                let later = match desk.signs.turn(&place, since, M::TYPING, Instant::now()) {
                    Ok(()) => desk.show_sign(&place).await,
                    Err(later) => later,
                };
                sleep_until(later).await;
            }
        };
        let Some(interaction) = job.interaction.clone() else { return AbortOnDropHandle::new(tokio::spawn(signs)) };
        // After a restart: what an answer was begun for has been acknowledged.
        let mut is_due = outgoing.is_unsent();
        // A command takes no answer before it is acknowledged; from then on its platform shows that one is coming.
        is_due = is_due && self.must_acknowledge_again(&job.place, &interaction).await;
        let (desk, place) = (self.clone(), job.place.clone());
        AbortOnDropHandle::new(tokio::spawn(async move {
            while is_due {
                sleep(AT_MOST_EVERY).await;
                is_due = desk.must_acknowledge_again(&place, &interaction).await;
            }
        }))
    }

    /// Acknowledges a command; whether that has to be tried again.
    async fn must_acknowledge_again(&self, place: &Place, interaction: &Interaction) -> bool {
        self.acknowledge(place, Some(interaction)).await.is_err_and(|failure| failure.is_passing())
    }

    /// Gives a sign in `place`; gives when to come again.
    async fn show_sign(&self, place: &Place) -> Instant {
        match self.acknowledge(place, None).await {
            Ok(()) => Instant::now() + M::TYPING,
            Err(failure) => {
                let wait = if let Failure::RetryAfter(wait) = failure { wait } else { AT_MOST_EVERY };
                let until = Instant::now() + wait;
                self.signs.hold(place, until);
                until
            }
        }
    }

    /// Tried once: the next sign of life comes soon.
    async fn acknowledge(&self, place: &Place, interaction: Option<&Interaction>) -> Result<(), Failure> {
        let given = self.messenger().acknowledge(place, interaction, false).await;
        given.inspect_err(|failure| debug!(%failure, "a sign of life did not get through"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::PlaceKind;

    const LASTING: Duration = Duration::from_secs(8);

    fn place(chat: &str) -> Place {
        Place { chat: ChatId(chat.into()), topic: None, parent: None, guild: None, kind: PlaceKind::Direct }
    }

    #[test]
    fn who_has_seen_a_sign_sees_the_next_when_it_fades_and_who_came_later_soon() {
        let (signs, here, begin) = (Signs::default(), place("here"), Instant::now());
        assert_eq!(signs.turn(&here, begin, LASTING, begin), Ok(()));
        assert_eq!(signs.turn(&here, begin, LASTING, begin), Err(begin + LASTING), "it was for all who waited");
        let late = begin + Duration::from_millis(10);
        assert_eq!(signs.turn(&here, late, LASTING, late), Err(begin + AT_MOST_EVERY));
        assert_eq!(signs.turn(&place("elsewhere"), late, LASTING, late), Ok(()));
        let second = begin + AT_MOST_EVERY;
        assert_eq!(signs.turn(&here, late, LASTING, second), Ok(()));
        assert_eq!(signs.turn(&here, begin, LASTING, second), Err(second + LASTING), "the later sign is for both");
    }

    #[test]
    fn a_sign_that_the_platform_did_not_take_is_given_when_it_says() {
        let (signs, here, begin) = (Signs::default(), place("here"), Instant::now());
        let until = begin + Duration::from_secs(2);
        assert_eq!(signs.turn(&here, begin, LASTING, begin), Ok(()));
        signs.hold(&here, until);
        assert_eq!(signs.turn(&here, begin, LASTING, begin), Err(until));
        assert_eq!(signs.turn(&here, begin, LASTING, until), Ok(()));
    }
}
