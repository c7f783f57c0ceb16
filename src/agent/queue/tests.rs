//! What holds for everybody in the queue, on a runtime of several threads where it matters.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;
use tokio::task::{self, JoinSet};

use super::*;
use crate::question::{Origin, UserId};

fn queue(places: usize, at_once: usize, per_person: usize) -> Queue {
    Queue::new(QueueSettings { places, at_once, per_person })
}

fn person(name: &str) -> Person {
    (Origin::Web, UserId(name.into()))
}

/// Counts who is at work, however they end.
struct AtWork(Arc<AtomicUsize>);

impl AtWork {
    /// One more; with how many that makes.
    fn begin(at_work: &Arc<AtomicUsize>) -> (Self, usize) {
        let before = at_work.fetch_add(1, Ordering::SeqCst);
        (Self(Arc::clone(at_work)), before + 1)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Who is called, in order, when each works until the next one is let in.
async fn called(mut waiting: Vec<(String, Waiting)>, first: Turn) -> Vec<String> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    for (name, waiting) in waiting.drain(..) {
        let sender = sender.clone();
        tasks.spawn(async move {
            let turn = waiting.turn(|_| ()).await.expect("called");
            sender.send((name, turn)).expect("heard");
        });
    }
    drop((sender, first));
    let mut names = Vec::new();
    while let Some((name, turn)) = receiver.recv().await {
        names.push(name);
        drop(turn);
    }
    names
}

#[tokio::test]
async fn one_with_a_hundred_questions_holds_up_each_of_the_others_by_one() {
    let queue = queue(512, 1, 100);
    let first = queue.enter(person("flood"), true).expect("free").turn(|_| ()).await.expect("called");
    let enter = |name: &str| (name.to_owned(), queue.enter(person(name), true).expect("there is room"));
    let mut waiting: Vec<_> = (0..100).map(|_| enter("flood")).collect();
    waiting.extend((0..19).map(|other| enter(&format!("other {other}"))));
    let names = called(waiting, first).await;
    assert_eq!(names.len(), 119);
    let round = &names[..20];
    assert_eq!(round.iter().filter(|name| *name == "flood").count(), 1, "{round:?}");
    assert!(names[20..].iter().all(|name| name == "flood"));
    assert_eq!((queue.waiting(), queue.running()), (0, 0));
}

#[tokio::test]
async fn the_line_is_bounded_for_all_and_for_each() {
    let queue = queue(3, 1, 2);
    let working = queue.enter(person("ana"), true).expect("free").turn(|_| ()).await.expect("called");
    let own: Vec<_> = (0..2).map(|_| queue.enter(person("ana"), true).expect("there is room")).collect();
    assert_eq!(queue.enter(person("ana"), true).err(), Some(Full { before: 3 }));
    let unbounded = queue.enter(person("ana"), false).expect("one place is left");
    assert_eq!(queue.enter(person("ben"), true).err(), Some(Full { before: 4 }));
    drop(unbounded);
    drop(queue.enter(person("ben"), true).expect("a place is free again"));
    drop((own, working));
    assert_eq!((queue.waiting(), queue.running()), (0, 0));
}

#[tokio::test]
async fn everybody_hears_of_their_place_as_the_line_moves() {
    let queue = queue(10, 1, 10);
    queue.lock().average = Duration::from_secs(3);
    let working = queue.enter(person("ana"), true).expect("free").turn(|_| ()).await.expect("called");
    let ben = queue.enter(person("ben"), true).expect("room");
    let eva = queue.enter(person("eva"), true).expect("room");
    let (sender, mut places) = mpsc::unbounded_channel();
    let ben = tokio::spawn(async move { ben.turn(|_| ()).await });
    let eva = tokio::spawn(async move { eva.turn(|place| sender.send(place).expect("heard")).await });
    let place = |before, seconds| Place { before, estimate: Duration::from_secs(seconds) };
    assert_eq!(places.recv().await, Some(place(2, 6)));
    drop(working);
    let ben = ben.await.expect("no panic").expect("called");
    assert_eq!(places.recv().await, Some(place(1, 3)));
    drop(ben);
    drop(eva.await.expect("no panic").expect("called"));
    assert_eq!(places.recv().await, None);
    assert!(!queue.announce() && !queue.lock().is_announcing, "nobody is told anything when nobody waits");
}

#[tokio::test]
async fn leaving_the_line_and_giving_up_a_turn_let_the_next_one_in() {
    let queue = queue(10, 1, 10);
    let working = queue.enter(person("ana"), true).expect("free").turn(|_| ()).await.expect("called");
    let leaves = queue.enter(person("ben"), true).expect("room");
    let stays = queue.enter(person("eva"), true).expect("room");
    let waits = tokio::spawn(leaves.turn(|_| ()));
    task::yield_now().await;
    waits.abort();
    assert!(waits.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(queue.waiting(), 1);
    drop(working);
    assert_eq!((queue.waiting(), queue.running()), (0, 1));
    // Called, but gone before it noticed.
    drop(stays);
    assert_eq!(queue.running(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_turn_is_lost_however_people_come_and_go() {
    let queue = queue(10_000, 3, 10_000);
    let (at_work, most, answered) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for number in 0..3_000_usize {
        let waiting = queue.enter(person(&format!("{}", number % 37)), true).expect("room");
        let (at_work, most, answered) = (Arc::clone(&at_work), Arc::clone(&most), Arc::clone(&answered));
        let handle = tasks.spawn(async move {
            if number % 5 == 0 {
                // Waits for a moment and leaves, in line or just as it is called.
                tokio::select! {
                    biased;
                    _ = waiting.turn(|_| ()) => (),
                    () = std::future::ready(()) => (),
                }
                return;
            }
            let turn = waiting.turn(|_| ()).await.expect("called");
            let (working, of) = AtWork::begin(&at_work);
            most.fetch_max(of, Ordering::SeqCst);
            task::yield_now().await;
            drop(working);
            answered.fetch_add(1, Ordering::SeqCst);
            turn.answered();
        });
        if number % 7 == 0 {
            handle.abort();
        }
    }
    while let Some(ended) = tasks.join_next().await {
        assert!(ended.is_ok() || ended.is_err_and(|error| error.is_cancelled()));
    }
    assert_eq!((queue.waiting(), queue.running()), (0, 0));
    assert!(most.load(Ordering::SeqCst) <= 3);
    assert!(answered.load(Ordering::SeqCst) >= 3_000 - 600 - 429);
}
