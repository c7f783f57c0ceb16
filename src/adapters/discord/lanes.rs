//! Order without waiting for each other: what happens in one channel is dealt with in the order in which it happened,
//! different channels beside each other. Interactions have lanes of their own, by person, since Discord waits only three
//! seconds for them.

use serenity::all::Interaction;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hear::{Heard, Listener};
use super::intake::Intake;

/// Lanes for channels, and as many for people.
const LANES: usize = 8;
/// How much may wait in a lane. Dealing with something means writing it to disk, so a full lane means a disk that hangs.
const DEPTH: usize = 1_024;

/// The ways in. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Lanes(Vec<mpsc::Sender<Heard>>);

impl Lanes {
    /// Lanes at whose ends `listener` hears, until `stop`; then what waits in them is still heard.
    pub fn new<I: Intake>(listener: &Listener<I>, stop: &CancellationToken, tasks: &TaskTracker) -> Self {
        let lane = |_| {
            let (sender, receiver) = mpsc::channel(DEPTH);
            tasks.spawn(work(listener.clone(), receiver, stop.clone()));
            sender
        };
        Self((0..2 * LANES).map(lane).collect())
    }

    /// Puts something into its lane at once.
    ///
    /// # Errors
    /// The lane is full or closed.
    pub fn put(&self, heard: Heard) -> Result<(), mpsc::error::TrySendError<Heard>> {
        self.lane(&heard).try_send(heard)
    }

    /// Puts something into its lane, when there is room; what comes after the end is dropped.
    pub async fn put_when_free(&self, heard: Heard) {
        let _ = self.lane(&heard).send(heard).await;
    }

    /// Waits until everything that is in the lanes now has been heard.
    pub async fn settled(&self) {
        let mut passed = Vec::new();
        for lane in &self.0 {
            let (tell, told) = oneshot::channel();
            if lane.send(Heard::Passed(tell)).await.is_ok() {
                passed.push(told);
            }
        }
        for told in passed {
            // A lane that has ended has heard everything.
            let _ = told.await;
        }
    }

    fn lane(&self, heard: &Heard) -> &mpsc::Sender<Heard> {
        let (first, number) = match heard {
            Heard::Message(message) => (0, message.channel_id.get()),
            Heard::Edited(update) => (0, update.channel_id.get()),
            Heard::Deleted(channel, ..) => (0, channel.get()),
            Heard::Reacted(reaction, _) => (0, reaction.channel_id.get()),
            Heard::Interaction(interaction) => (LANES, person(interaction)),
            Heard::Passed(_) => (0, 0),
        };
        // The last 22 bits tell what is made within one millisecond apart, all others when.
        let spread = (number >> 22) ^ number;
        &self.0[first + usize::try_from(spread % LANES as u64).unwrap_or_default()]
    }
}

fn person(interaction: &Interaction) -> u64 {
    match interaction {
        Interaction::Command(it) | Interaction::Autocomplete(it) => it.user.id.get(),
        Interaction::Component(it) => it.user.id.get(),
        Interaction::Modal(it) => it.user.id.get(),
        _ => 0,
    }
}

async fn work<I: Intake>(listener: Listener<I>, mut receiver: mpsc::Receiver<Heard>, stop: CancellationToken) {
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => receiver.close(),
            heard = receiver.recv() => match heard {
                Some(heard) => {
                    listener.hear(heard).await;
                    continue;
                }
                None => return,
            },
        }
        while let Some(heard) = receiver.recv().await {
            listener.hear(heard).await;
        }
        return;
    }
}
