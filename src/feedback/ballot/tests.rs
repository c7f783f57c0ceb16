use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use Vote::{Down, Up};

/// Counts `ballots`, each under an update of its own; gives the vote after each.
fn votes(ballots: &[Ballot]) -> Vec<Option<Vote>> {
    let mut thumbs = Thumbs::default();
    let mut count = |(at, ballot): (usize, &Ballot)| {
        assert!(thumbs.count(ballot, Some(at.to_string()), 0));
        thumbs.vote()
    };
    ballots.iter().enumerate().map(&mut count).collect()
}

#[test]
fn a_button_pressed_again_takes_its_thumb_back_and_the_other_one_replaces_it() {
    let press = [Up, Up, Up, Down, Down].map(Ballot::Toggled);
    assert_eq!(votes(&press), [Some(Up), None, Some(Up), Some(Down), None]);
}

#[test]
fn the_last_thumb_that_is_still_given_counts_whatever_the_means() {
    let on = |thumb| Ballot::Reacted { thumb, on: true };
    let off = |thumb| Ballot::Reacted { thumb, on: false };
    let steps = [on(Up), Ballot::Toggled(Down), Ballot::Toggled(Down), on(Down), off(Up), off(Down), off(Down)];
    assert_eq!(votes(&steps), [Some(Up), Some(Down), Some(Up), Some(Down), Some(Down), None, None]);
}

#[test]
fn a_list_of_reactions_that_says_nothing_new_does_not_outdo_a_later_button() {
    let list = |thumbs: &[Vote]| Ballot::Reactions(thumbs.to_vec());
    let steps = [list(&[Up]), Ballot::Toggled(Down), list(&[Up]), list(&[Down, Up]), list(&[]), list(&[])];
    assert_eq!(votes(&steps), [Some(Up), Some(Down), Some(Down), Some(Up), Some(Down), Some(Down)]);
}

#[test]
fn the_page_sets_the_vote_as_a_whole() {
    let steps = [Ballot::Reacted { thumb: Up, on: true }, Ballot::Set(Some(Down)), Ballot::Set(None)];
    assert_eq!(votes(&steps), [Some(Up), Some(Down), None]);
}

/// The same told in another way: when each thumb was given, and the latest counts.
#[derive(Default)]
struct Model {
    now: u32,
    button: Option<(Vote, u32)>,
    /// By reaction: up, down.
    reactions: [Option<u32>; 2],
}

impl Model {
    fn apply(&mut self, ballot: &Ballot) {
        self.now += 10;
        match ballot {
            Ballot::Toggled(vote) if self.button.is_some_and(|(held, _)| held == *vote) => self.button = None,
            Ballot::Toggled(vote) => self.button = Some((*vote, self.now)),
            Ballot::Set(vote) => {
                *self = Self { now: self.now, button: vote.map(|vote| (vote, self.now)), reactions: [None; 2] };
            }
            Ballot::Reacted { thumb, on: false } => self.reactions[*thumb as usize] = None,
            Ballot::Reacted { thumb, on: true } => {
                self.reactions[*thumb as usize].get_or_insert(self.now);
            }
            Ballot::Reactions(list) => self.list(list),
        }
    }

    fn list(&mut self, list: &[Vote]) {
        let mut order: Vec<Vote> = Vec::new();
        for &vote in list {
            order.retain(|&other| other != vote);
            order.push(vote);
        }
        let old = std::mem::take(&mut self.reactions);
        let mut latest = 0;
        for vote in order {
            let given = old[vote as usize].filter(|&given| given > latest);
            latest = given.unwrap_or_else(|| {
                self.now += 1;
                self.now
            });
            self.reactions[vote as usize] = Some(latest);
        }
    }

    fn vote(&self) -> Option<Vote> {
        let reaction = |vote: Vote| self.reactions[vote as usize].map(|given| (vote, given));
        let thumbs = [self.button, reaction(Up), reaction(Down)];
        thumbs.into_iter().flatten().max_by_key(|&(_, given)| given).map(|(vote, _)| vote)
    }
}

fn a_vote() -> impl Strategy<Value = Vote> {
    prop_oneof![Just(Up), Just(Down)]
}

fn a_ballot() -> impl Strategy<Value = Ballot> {
    prop_oneof![
        a_vote().prop_map(Ballot::Toggled),
        proptest::option::of(a_vote()).prop_map(Ballot::Set),
        (a_vote(), any::<bool>()).prop_map(|(thumb, on)| Ballot::Reacted { thumb, on }),
        vec(a_vote(), 0..4).prop_map(Ballot::Reactions),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// `replays`: after which ballot, and how many ballots earlier the repeated one was first counted.
    #[test]
    fn any_sequence_makes_the_vote_that_the_model_makes_however_often_updates_come(
        ballots in vec(a_ballot(), 1..40),
        replays in vec((0..40_usize, 0..UPDATES_KEPT), 0..40),
    ) {
        let (mut thumbs, mut model) = (Thumbs::default(), Model::default());
        for (at, ballot) in ballots.iter().enumerate() {
            model.apply(ballot);
            prop_assert!(thumbs.count(ballot, Some(at.to_string()), 0));
            for (_, back) in replays.iter().filter(|(after, back)| *after == at && *back <= at) {
                let again = at - back;
                prop_assert!(!thumbs.count(&ballots[again], Some(again.to_string()), 0));
            }
            prop_assert_eq!(thumbs.vote(), model.vote(), "after {:?}", &ballots[..=at]);
            prop_assert!(thumbs.is_possible());
        }
    }
}
