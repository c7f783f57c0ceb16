//! Any text as a configuration: it is refused in words, or it holds.
#![no_main]

use colega::config::Settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = Settings::parse(text) {
        assert!(!format!("{error:#}").is_empty());
    }
});
