//! Any text as a question, a passage or an answer: every guard comes to an end, and what is redacted stays redacted.
#![no_main]

use std::sync::LazyLock;

use colega::guard::likeness::Likeness;
use colega::guard::{self, Guard, GuardSettings, secrets};
use colega::question::{Language, Origin, Question};
use libfuzzer_sys::fuzz_target;

static GUARD: LazyLock<Guard> = LazyLock::new(|| Guard::new(&GuardSettings::default()).expect("built-in rules"));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for language in Language::ALL {
        let _ = GUARD.screen(&Question::new(&*text, Origin::Measurement), language);
    }
    let _ = GUARD.release_text(&text);
    guard::plain(&text);
    secrets::live_credential(&text);
    let (once, _) = secrets::redact(&text);
    let (twice, _) = secrets::redact(&once);
    assert_eq!(once, twice);
    Likeness::parse(data);
});
