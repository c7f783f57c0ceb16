//! Which of the two languages a text is in.

use crate::question::Language;

/// The language of `text`; `None` if it gives no sign of one.
pub fn detect(text: &str) -> Option<Language> {
    let info = whatlang::Detector::with_allowlist(vec![whatlang::Lang::Eng, whatlang::Lang::Spa]).detect(text)?;
    Some(if info.lang() == whatlang::Lang::Spa { Language::Spanish } else { Language::English })
}
