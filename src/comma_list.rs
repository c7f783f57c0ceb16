//! Lists of texts in the settings: a file holds a list, a variable of the environment its entries between commas.

use serde::{Deserialize, Deserializer};

/// For `#[serde(deserialize_with = "comma_list::texts")]`.
pub(crate) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "write a list of texts, or texts between commas")]
    enum Texts {
        List(Vec<String>),
        One(String),
    }
    Ok(match Texts::deserialize(from)? {
        Texts::List(list) => list,
        Texts::One(one) => one.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
    })
}
