//! The queue before the generator: bounded, and fair to everybody who asks.
//!
//! So many questions are worked on at once; the others stand in [`line::Line`], where people take turns, so that
//! somebody with a hundred questions holds up nobody else by more than one. Whoever waits is told their place. Dropping
//! what the queue gave out, a place or a turn, gives it to the next at once.

pub mod line;

mod settings;

pub use settings::QueueSettings;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::sync::{oneshot, watch};
use tokio::time;

use self::line::{Line, Person};

/// How often those who wait are told of their place. One pass tells all of them, so a long line costs no more than this.
const BETWEEN_ANNOUNCEMENTS: Duration = Duration::from_millis(100);
/// Share of the latest answer in the average time of an answer.
const LATEST: f64 = 0.125;

/// Lets so many work at once and the others wait. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Queue(Arc<Shared>);

struct Shared {
    settings: QueueSettings,
    at_once: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Turns that are given out.
    running: usize,
    line: Line<Ticket>,
    /// How long the last answers took on average; zero before the first.
    average: Duration,
    /// Whether a task announces places.
    is_announcing: bool,
    /// Whether places have changed since they were announced.
    has_moved: bool,
}

struct Ticket {
    turn: oneshot::Sender<Turn>,
    place: watch::Sender<Place>,
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// How many questions are before this one, those that are worked on included.
    pub before: usize,
    /// How long they will take, if they take as long as the last ones did.
    pub estimate: Duration,
}

/// Nobody else can wait.
#[derive(Debug, PartialEq, Eq)]
pub struct Full {
    /// How many questions are before the one that was not taken.
    pub before: usize,
}

impl Queue {
    /// An empty queue.
    pub fn new(settings: QueueSettings) -> Self {
        let at_once = match settings.at_once {
            // One more than there are cores, so that none is idle while a turn changes hands.
            0 => thread::available_parallelism().map_or(1, usize::from) + 1,
            at_once => at_once,
        };
        Self(Arc::new(Shared { settings, at_once, state: Mutex::default() }))
    }

    /// Stands in line, or is called at once if nobody waits. `per_person`: whether the bound for one person holds.
    ///
    /// # Errors
    /// The line is full, or holds as many questions of this person as it may.
    pub fn enter(&self, person: Person, per_person: bool) -> Result<Waiting, Full> {
        let settings = &self.0.settings;
        let mut state = self.lock();
        let is_bounded = per_person && state.line.len_of(&person) >= settings.per_person;
        if state.running >= self.0.at_once && (state.line.len() >= settings.places || is_bounded) {
            return Err(Full { before: state.running + state.line.len() });
        }
        let ((turn, called), (place, places)) = (oneshot::channel(), watch::channel(Place::default()));
        let number = state.line.push(&person, Ticket { turn, place });
        self.call(&mut state);
        Ok(Waiting { queue: self.clone(), person, number, called, places })
    }

    /// How many questions wait.
    pub fn waiting(&self) -> usize {
        self.lock().line.len()
    }

    /// How many questions are worked on.
    pub fn running(&self) -> usize {
        self.lock().running
    }

    /// Gives turns to the next in line, as long as there are any.
    fn call(&self, state: &mut State) {
        while state.running < self.0.at_once
            && let Some(ticket) = state.line.pop()
        {
            state.running += 1;
            let turn = Turn { queue: Some(self.clone()), since: Instant::now() };
            if let Err(mut unused) = ticket.turn.send(turn) {
                // Whoever waited has just left. The turn must not be given back while the state is locked.
                unused.queue = None;
                state.running -= 1;
            }
        }
        state.has_moved = true;
    }

    fn leave(&self, person: &Person, number: u64) {
        let mut state = self.lock();
        state.line.remove(person, number);
        state.has_moved = true;
    }

    fn give_back(&self) {
        let mut state = self.lock();
        state.running -= 1;
        self.call(&mut state);
    }

    fn place(&self, state: &State, ahead: usize) -> Place {
        let before = state.running + ahead;
        #[expect(clippy::cast_precision_loss, reason = "lines are short")]
        let rounds = before as f64 / self.0.at_once as f64;
        Place { before, estimate: state.average.mul_f64(rounds) }
    }

    /// Tells everybody in line whose place has changed. False when nobody waits any more.
    fn announce(&self) -> bool {
        let mut state = self.lock();
        if state.line.is_empty() {
            state.is_announcing = false;
            return false;
        }
        if std::mem::take(&mut state.has_moved) {
            for (ahead, (_, ticket)) in state.line.in_order().enumerate() {
                let place = self.place(&state, ahead);
                ticket.place.send_if_modified(|known| {
                    let has_moved = known.before != place.before;
                    *known = place;
                    has_moved
                });
            }
        }
        true
    }

    /// Announces places as long as anybody waits. Must be called within a runtime.
    fn keep_announcing(&self) {
        if std::mem::replace(&mut self.lock().is_announcing, true) {
            return;
        }
        let queue = self.clone();
        tokio::spawn(async move {
            while queue.announce() {
                time::sleep(BETWEEN_ANNOUNCEMENTS).await;
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in line. Dropping it leaves the line.
pub struct Waiting {
    queue: Queue,
    person: Person,
    number: u64,
    called: oneshot::Receiver<Turn>,
    places: watch::Receiver<Place>,
}

impl Waiting {
    /// Waits to be called; `told` hears of each new place meanwhile.
    pub async fn turn(mut self, mut told: impl FnMut(Place)) -> Result<Turn> {
        if let Ok(turn) = self.called.try_recv() {
            return Ok(turn);
        }
        self.queue.keep_announcing();
        loop {
            tokio::select! {
                biased;
                turn = &mut self.called => return turn.context("the queue lost a question"),
                Ok(()) = self.places.changed() => told(*self.places.borrow_and_update()),
            }
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.queue.leave(&self.person, self.number);
    }
}

/// The right to be worked on. Dropping it calls the next in line.
pub struct Turn {
    queue: Option<Queue>,
    since: Instant,
}

impl Turn {
    /// How long an answer takes on average, as far as known.
    pub fn average(&self) -> Duration {
        self.queue.as_ref().map(|queue| queue.lock().average).unwrap_or_default()
    }

    /// Ends the turn with an answer, whose time counts for the estimates.
    pub fn answered(self) {
        let Some(queue) = &self.queue else { return };
        let took = self.since.elapsed();
        let mut state = queue.lock();
        let average = state.average;
        state.average = if average.is_zero() { took } else { average.mul_f64(1.0 - LATEST) + took.mul_f64(LATEST) };
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            queue.give_back();
        }
    }
}

#[cfg(test)]
mod tests;
