//! Ways in which a file gets damaged.

use proptest::prelude::*;
use proptest::sample::Index;

/// One blow to a file.
#[derive(Debug, Clone)]
pub enum Damage {
    DropLine(Index),
    DoubleLine(Index),
    SwapLines(Index, Index),
    SetByte(Index, u8),
    Insert(Index, &'static str),
    CutOff(Index),
}

/// Any blow.
pub fn damage() -> impl Strategy<Value = Damage> {
    let debris = [
        "-->",
        "\n\n",
        "<v ",
        ">",
        "&amp",
        "\u{FEFF}",
        "00:00:01,000 --> ",
        "NOTE\n",
        "9999999",
        "{\\",
        "\r",
        "é",
        " . ",
    ];
    prop_oneof![
        4 => any::<Index>().prop_map(Damage::DropLine),
        4 => any::<Index>().prop_map(Damage::DoubleLine),
        2 => any::<(Index, Index)>().prop_map(|(a, b)| Damage::SwapLines(a, b)),
        6 => any::<(Index, u8)>().prop_map(|(at, byte)| Damage::SetByte(at, byte)),
        3 => (any::<Index>(), prop::sample::select(debris.to_vec())).prop_map(|(at, text)| Damage::Insert(at, text)),
        1 => any::<Index>().prop_map(Damage::CutOff),
    ]
}

/// Deals it.
pub fn strike(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let by_line =
        |bytes: &[u8]| -> Vec<Vec<u8>> { bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect() };
    match damage {
        Damage::SetByte(at, byte) => *at.get_mut(bytes) = *byte,
        Damage::CutOff(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Insert(at, text) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, text.bytes());
        }
        Damage::DropLine(at) => {
            let mut lines = by_line(bytes);
            lines.remove(at.index(lines.len()));
            *bytes = lines.concat();
        }
        Damage::DoubleLine(at) => {
            let mut lines = by_line(bytes);
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
            *bytes = lines.concat();
        }
        Damage::SwapLines(a, b) => {
            let mut lines = by_line(bytes);
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            *bytes = lines.concat();
        }
    }
}
