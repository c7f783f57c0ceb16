//! Which of the two languages a text is in.

use crate::question::Language;

/// The language of `text`; `None` if it gives no sign of one.
pub fn detect(text: &str) -> Option<Language> {
    crate::knowledge::topic::language(text)
}
