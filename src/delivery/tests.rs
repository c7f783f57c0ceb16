use super::*;
use crate::answer::AnswerId;
use crate::place::{Place, PlaceKind};

const NOW: u64 = 1_800_000_000_000;
const HOUR: u64 = 60 * 60 * 1000;

fn open() -> (tempfile::TempDir, Delivery) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let delivery = Delivery::open(folder.path()).expect("opens");
    (folder, delivery)
}

fn reopened(folder: &tempfile::TempDir, delivery: Delivery) -> Delivery {
    drop(delivery);
    Delivery::open(folder.path()).expect("opens again")
}

fn user(name: &str) -> UserId {
    UserId(name.to_owned())
}

fn person(name: &str) -> Pseudonym {
    Pseudonym(name.to_owned())
}

fn key(name: &str) -> OutKey {
    OutKey(name.to_owned())
}

fn chat(name: &str) -> ChatId {
    ChatId(name.to_owned())
}

fn message(name: &str) -> MessageId {
    MessageId(name.to_owned())
}

fn conversation(name: &str) -> ConversationId {
    ConversationId(name.to_owned())
}

/// An answer in chat 7 whose parts are `messages`; an empty name is a part that has none yet.
fn answer(messages: &[&str], at_ms: u64) -> Outgoing {
    let slot =
        |name: &&str| Slot { message: (!name.is_empty()).then(|| message(name)), attempted: true, ..Slot::default() };
    Outgoing {
        place: Place { chat: chat("7"), topic: None, parent: None, guild: None, kind: PlaceKind::Group },
        asker: person("ana"),
        reply_to: Some(message("1")),
        answer: Some(AnswerId::random()),
        role: Role::Reply,
        conversation: conversation("7.ana"),
        follows: None,
        slots: messages.iter().map(slot).collect(),
        state: State::Whole,
        update: "m1".to_owned(),
        at_ms,
    }
}

fn turn(question: &str) -> Turn {
    Turn { question: question.to_owned(), subject: String::new() }
}

/// Accepts an update and waits until it is on disk; whether it is new.
async fn accept_on<T: Serialize + Sync>(delivery: &Delivery, origin: Origin, update: &str, body: &T) -> bool {
    let (is_new, accepting) = delivery.accept(origin, update, body).await.expect("accepted");
    accepting.on_disk().await.expect("on disk");
    is_new
}

async fn accept(delivery: &Delivery, update: &str) -> bool {
    accept_on(delivery, Origin::Discord, update, &update).await
}

async fn unfinished(delivery: &Delivery) -> Vec<String> {
    delivery.unfinished(Origin::Discord).await.expect("read")
}

async fn key_of(delivery: &Delivery, name: &str) -> Option<OutKey> {
    let found = delivery.by_message(Origin::Discord, &chat("7"), &message(name)).await.expect("read");
    found.map(|(key, _)| key)
}

async fn last_answer(delivery: &Delivery) -> Option<OutKey> {
    delivery.last_answer(&conversation("7.ana")).await.expect("read").map(|(key, _)| key)
}

#[tokio::test]
async fn an_update_is_accepted_once_also_after_it_was_finished_and_after_a_restart() {
    let (folder, delivery) = open();
    assert!(accept(&delivery, "m1").await);
    assert!(!accept(&delivery, "m1").await);
    delivery.finish(Origin::Discord, "m1").await.expect("finished");
    delivery.finish(Origin::Discord, "never seen").await.expect("changes nothing");
    assert!(!accept(&delivery, "m1").await);
    assert!(accept_on(&delivery, Origin::Telegram, "m1", &()).await, "another platform's");
    let delivery = reopened(&folder, delivery);
    assert!(!accept(&delivery, "m1").await);
    assert_eq!(unfinished(&delivery).await, Vec::<String>::new());
}

#[tokio::test]
async fn of_many_that_bring_the_same_update_one_is_told_that_it_is_new() {
    let (_folder, delivery) = open();
    let mut bringers = tokio::task::JoinSet::new();
    for bringer in 0..200 {
        let delivery = delivery.clone();
        bringers.spawn(async move { accept(&delivery, &format!("m{}", bringer % 10)).await });
    }
    let new = bringers.join_all().await.into_iter().filter(|is_new| *is_new).count();
    assert_eq!(new, 10);
    assert_eq!(unfinished(&delivery).await.len(), 10);
}

#[tokio::test]
async fn what_is_unfinished_comes_in_the_order_in_which_it_was_accepted() {
    let (folder, mut delivery) = open();
    for round in ["c", "a", "b"] {
        for number in [9, 10, 1] {
            assert!(accept(&delivery, &format!("{round}{number}")).await);
        }
        delivery = reopened(&folder, delivery);
    }
    delivery.finish(Origin::Discord, "a9").await.expect("finished");
    assert_eq!(unfinished(&delivery).await, ["c9", "c10", "c1", "a10", "a1", "b9", "b10", "b1"]);
    assert!(delivery.unfinished::<String>(Origin::Telegram).await.expect("read").is_empty());
}

#[tokio::test]
async fn an_update_of_another_version_is_left_out_for_good() {
    let (_folder, delivery) = open();
    assert!(accept_on(&delivery, Origin::Discord, "new", &vec![1, 2]).await);
    assert!(accept(&delivery, "old").await);
    assert_eq!(unfinished(&delivery).await, ["old"]);
    assert!(delivery.unfinished::<Vec<u8>>(Origin::Discord).await.expect("read").is_empty(), "neither is left");
    assert!(!accept(&delivery, "new").await, "it stays known");
}

#[tokio::test]
async fn messages_lead_to_what_they_are_part_of_as_long_as_they_are() {
    let (folder, delivery) = open();
    let first = answer(&["10", "11", ""], NOW);
    delivery.save(&key("discord.7.1"), &first).await.expect("saved");
    delivery.save(&key("discord.7.2"), &answer(&["1"], NOW)).await.expect("saved");
    let delivery = reopened(&folder, delivery);
    for (name, expected) in [("10", Some("discord.7.1")), ("11", Some("discord.7.1")), ("1", Some("discord.7.2"))] {
        assert_eq!(key_of(&delivery, name).await, expected.map(key), "{name}");
    }
    let edited = Outgoing { slots: answer(&["10", "12"], NOW).slots, ..first };
    delivery.save(&key("discord.7.1"), &edited).await.expect("saved");
    assert_eq!(delivery.outgoing(&key("discord.7.1")).await.expect("read"), Some(edited));
    assert_eq!(key_of(&delivery, "11").await, None);
    assert_eq!(key_of(&delivery, "12").await, Some(key("discord.7.1")));
    // "7" and "10" are not "71" and "0".
    let elsewhere = delivery.by_message(Origin::Discord, &chat("71"), &message("0")).await.expect("read");
    assert_eq!(elsewhere, None);
}

#[tokio::test]
async fn recent_entries_come_by_the_time_of_their_question() {
    let (_folder, delivery) = open();
    for (name, at_ms) in [("discord.7.3", NOW + 3), ("discord.7.1", NOW + 1), ("discord.7.2", NOW + 2)] {
        delivery.save(&key(name), &answer(&[], NOW)).await.expect("saved");
        delivery.save(&key(name), &answer(&[], at_ms)).await.expect("saved");
    }
    delivery.save(&key("telegram.7.9"), &answer(&[], NOW + 9)).await.expect("saved");
    let keys = async |since| -> Vec<String> {
        let recent = delivery.recent(Origin::Discord, since).await.expect("read");
        recent.into_iter().map(|(key, _)| key.0).collect()
    };
    assert_eq!(keys(0).await, ["discord.7.1", "discord.7.2", "discord.7.3"]);
    assert_eq!(keys(NOW + 2).await, ["discord.7.2", "discord.7.3"]);
    assert!(keys(NOW + 4).await.is_empty());
}

#[tokio::test]
async fn the_last_answer_of_a_conversation_is_that_to_its_latest_question() {
    let (_folder, delivery) = open();
    let newer = answer(&["11"], NOW + 2);
    delivery.save(&key("discord.7.2"), &newer).await.expect("saved");
    // The older answer is finished later.
    delivery.save(&key("discord.7.1"), &answer(&["10"], NOW + 1)).await.expect("saved");
    let command = Outgoing { role: Role::Command, ..answer(&["12"], NOW + 3) };
    delivery.save(&key("discord.7.3"), &command).await.expect("saved");
    let refusal = Outgoing { answer: None, ..answer(&["13"], NOW + 4) };
    delivery.save(&key("discord.7.4"), &refusal).await.expect("saved");
    let elsewhere = Outgoing { conversation: conversation("7.an"), ..answer(&["14"], NOW + 5) };
    delivery.save(&key("discord.7.5"), &elsewhere).await.expect("saved");
    assert_eq!(last_answer(&delivery).await, Some(key("discord.7.2")));
    let withdrawn = Outgoing { state: State::Withdrawn, ..newer };
    delivery.save(&key("discord.7.2"), &withdrawn).await.expect("saved");
    assert_eq!(last_answer(&delivery).await, Some(key("discord.7.1")));
}

#[tokio::test]
async fn three_turns_are_remembered_and_an_edited_question_replaces_its_own() {
    let (_folder, delivery) = open();
    let (here, ana) = (conversation("7.ana"), person("ana"));
    for number in 1..=5 {
        let of = key(&format!("discord.7.{number}"));
        delivery.add_turn(&here, &ana, &of, &turn(&number.to_string()), NOW + number).await.expect("kept");
    }
    delivery.add_turn(&here, &ana, &key("discord.7.4"), &turn("4 edited"), NOW + 4).await.expect("kept");
    let elsewhere = conversation("7.an");
    delivery.add_turn(&elsewhere, &ana, &key("discord.7.9"), &turn("9"), NOW).await.expect("kept");
    let questions = async |except, since| -> Vec<String> {
        let turns = delivery.turns(&here, &key(except), since).await.expect("read");
        turns.into_iter().map(|turn| turn.question).collect()
    };
    assert_eq!(questions("", 0).await, ["3", "4 edited", "5"]);
    assert_eq!(questions("discord.7.5", 0).await, ["3", "4 edited"]);
    assert_eq!(questions("", NOW + 4).await, ["4 edited", "5"]);
}

#[tokio::test]
async fn cursors_are_kept_by_platform() {
    let (folder, delivery) = open();
    for (origin, name, value) in [
        (Origin::Discord, "a", "1"),
        (Origin::Discord, "ab", "2"),
        (Origin::Discord, "a", "3"),
        (Origin::Telegram, "a", "4"),
    ] {
        delivery.set_cursor(origin, name, value).await.expect("kept");
    }
    let delivery = reopened(&folder, delivery);
    assert_eq!(delivery.cursor(Origin::Discord, "a").await.expect("read").as_deref(), Some("3"));
    assert_eq!(delivery.cursor(Origin::Web, "a").await.expect("read"), None);
    let all = delivery.cursors(Origin::Discord).await.expect("read");
    assert_eq!(all, [("a".to_owned(), "3".to_owned()), ("ab".to_owned(), "2".to_owned())]);
}

#[tokio::test]
async fn a_code_lets_its_person_in_within_the_hour_and_once() {
    let (folder, delivery) = open();
    let code = async |name, now| delivery.pairing_code(Origin::Telegram, &user(name), now).await.expect("drawn");
    let ana = code("ana", NOW).await.expect("a code");
    assert!(ana.len() == 6 && ana.bytes().all(|digit| digit.is_ascii_digit()), "{ana}");
    assert_eq!(code("ana", NOW + HOUR - 1).await, Some(ana.clone()));
    let ben = code("ben", NOW).await.expect("a code");
    assert_ne!(ana, ben);
    assert!(delivery.pair(&ana, NOW + HOUR - 1).await.expect("read"));
    assert!(!delivery.pair(&ana, NOW + HOUR - 1).await.expect("read"), "it is used up");
    assert!(!delivery.pair(&ben, NOW + HOUR).await.expect("read"), "it is too old");
    assert!(!delivery.pair("12\u{0}3456", NOW).await.expect("read"));
    let delivery = reopened(&folder, delivery);
    for (origin, name, expected) in
        [(Origin::Telegram, "ana", true), (Origin::Telegram, "ben", false), (Origin::Discord, "ana", false)]
    {
        assert_eq!(delivery.is_paired(origin, &user(name)).await.expect("read"), expected, "{origin:?} {name}");
    }
}

#[tokio::test]
async fn fifty_people_may_wait_for_an_hour() {
    let (_folder, delivery) = open();
    let code = async |name: &str, now| delivery.pairing_code(Origin::Discord, &user(name), now).await.expect("drawn");
    let mut codes = std::collections::HashSet::new();
    for number in 0..50 {
        codes.insert(code(&number.to_string(), NOW).await.expect("a code"));
    }
    assert_eq!(codes.len(), 50);
    assert_eq!(code("one too many", NOW).await, None);
    assert!(code("0", NOW).await.is_some(), "whoever waits keeps the code");
    assert!(code("one too many", NOW + HOUR).await.is_some());
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let (_folder, delivery) = open();
    let code = delivery.pairing_code(Origin::Discord, &user("ana"), NOW).await.expect("drawn").expect("a code");
    let guesses = (0..).map(|guess| format!("{guess:06}")).filter(|guess| *guess != code);
    for guess in guesses.take(10) {
        assert!(!delivery.pair(&guess, NOW).await.expect("read"));
    }
    assert!(!delivery.pair(&code, NOW + HOUR - 1).await.expect("read"), "no code is taken any more");
    let code = delivery.pairing_code(Origin::Discord, &user("ana"), NOW + HOUR).await.expect("drawn").expect("a code");
    assert!(delivery.pair(&code, NOW + HOUR).await.expect("read"), "the hour is over");
}

#[tokio::test]
async fn forgetting_removes_what_there_is_of_a_person_and_nothing_else() {
    let (folder, delivery) = open();
    let of_ben = Outgoing { asker: person("ben"), conversation: conversation("7.ben"), ..answer(&["20"], NOW) };
    delivery.save(&key("discord.7.1"), &answer(&["10"], NOW)).await.expect("saved");
    delivery.save(&key("discord.7.2"), &answer(&["11"], NOW + 1)).await.expect("saved");
    delivery.save(&key("discord.7.3"), &of_ben).await.expect("saved");
    for (name, of) in [("ana", "discord.7.1"), ("ben", "discord.7.3")] {
        let here = conversation(&format!("7.{name}"));
        delivery.add_turn(&here, &person(name), &key(of), &turn("?"), NOW).await.expect("kept");
        let code = delivery.pairing_code(Origin::Discord, &user(name), NOW).await.expect("drawn").expect("a code");
        assert!(delivery.pair(&code, NOW).await.expect("read"));
    }
    let removed = delivery.forget(Origin::Discord, &user("ana"), &person("ana")).await.expect("forgotten");
    assert_eq!(removed, Removed { turns: 1, outgoing: 2, pairings: 1 });
    let delivery = reopened(&folder, delivery);
    let removed = delivery.forget(Origin::Discord, &user("ana"), &person("ana")).await.expect("forgotten");
    assert_eq!(removed, Removed::default());
    assert_eq!((key_of(&delivery, "10").await, last_answer(&delivery).await), (None, None));
    assert!(!delivery.is_paired(Origin::Discord, &user("ana")).await.expect("read"));
    let chat = answer(&[], NOW).place.chat;
    let nobodys = async |since_ms| delivery.nobodys(Origin::Discord, &chat, since_ms).await.expect("read").len();
    assert_eq!(
        (nobodys(NOW).await, nobodys(NOW + 1).await),
        (2, 1),
        "whose messages they are is still known: Colega's"
    );
    assert_eq!(key_of(&delivery, "20").await, Some(key("discord.7.3")));
    assert!(delivery.is_paired(Origin::Discord, &user("ben")).await.expect("read"));
    assert_eq!(delivery.turns(&conversation("7.ben"), &key(""), 0).await.expect("read").len(), 1);
}

#[tokio::test]
async fn pruning_removes_what_is_old_and_finished() {
    let (_folder, delivery) = open();
    assert!(accept(&delivery, "m1").await && accept(&delivery, "m2").await);
    delivery.finish(Origin::Discord, "m1").await.expect("finished");
    delivery.set_cursor(Origin::Discord, "a", "1").await.expect("kept");
    let (here, ana) = (conversation("7.ana"), person("ana"));
    for (number, at_ms) in [(1, NOW), (2, NOW + 10)] {
        let of = key(&format!("discord.7.{number}"));
        delivery.save(&of, &answer(&[&format!("1{number}")], at_ms)).await.expect("saved");
        delivery.add_turn(&here, &ana, &of, &turn("?"), at_ms).await.expect("kept");
    }
    assert_eq!(delivery.prune(0, 0).await.expect("pruned"), 0);
    assert_eq!(delivery.prune(NOW + 10, NOW + 10).await.expect("pruned"), 3, "an entry, a turn and m1");
    assert_eq!((key_of(&delivery, "11").await, key_of(&delivery, "12").await), (None, Some(key("discord.7.2"))));
    assert_eq!(delivery.turns(&here, &key(""), 0).await.expect("read").len(), 1);
    assert_eq!(delivery.cursors(Origin::Discord).await.expect("read").len(), 1);
    assert!(accept(&delivery, "m1").await, "nobody delivers it after so long");
    assert_eq!(delivery.prune(u64::MAX, u64::MAX).await.expect("pruned"), 2);
    assert_eq!(unfinished(&delivery).await, ["m2", "m1"], "what is not finished stays");
    assert_eq!(delivery.recent(Origin::Discord, 0).await.expect("read"), []);
}

#[tokio::test]
async fn nobody_is_kept_by_name() {
    let (folder, delivery) = open();
    let update = "r10-ana-maria-lopez-1";
    assert!(accept_on(&delivery, Origin::Discord, update, &()).await);
    let lopez = user("ana-maria-lopez");
    let code = delivery.pairing_code(Origin::Discord, &lopez, NOW).await.expect("drawn").expect("a code");
    assert!(delivery.pair(&code, NOW).await.expect("read"));
    drop(delivery);
    for file in std::fs::read_dir(folder.path()).expect("a folder").flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).expect("readable");
        assert!(!bytes.windows(9).any(|window| window == b"ana-maria"), "{}", file.path().display());
    }
}

#[tokio::test]
async fn a_store_that_is_in_use_says_so() {
    let (folder, _held) = open();
    let error = Delivery::open(folder.path()).err().expect("held").to_string();
    assert!(error.contains("in use by another process") && error.contains("paths.var"), "{error}");
}
