//! Which words of a transcript are which words of its subtitles.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Below this share of words found in the subtitles the two are not one recording. In percent.
const LEAST_FOUND: usize = 80;

/// Length of the runs of words by which the texts are first laid side by side.
const RUN: usize = 3;

/// Words between two such runs, of both texts together, beyond which they are not compared one by one.
const LONGEST_GAP: usize = 1500;

/// Numbers for words, so that comparing them is quick.
#[derive(Default)]
pub(super) struct Vocabulary(HashMap<String, u32>);

impl Vocabulary {
    /// The words of `text`: letters and digits, in lower case.
    pub fn words<'a>(&'a mut self, text: &'a str) -> impl Iterator<Item = u32> + 'a {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
            let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
            *self.0.entry(word.to_lowercase()).or_insert(next)
        })
    }
}

/// Which written word is which spoken word, ascending in both; `None` if too few are.
pub(super) fn matches(written: &[u32], spoken: &[u32]) -> Option<Vec<(usize, usize)>> {
    let is_enough = |found: usize| found > 0 && found * 100 >= written.len() * LEAST_FOUND;
    if !is_enough(common(written, spoken)) {
        return None;
    }
    let mut found = Vec::with_capacity(written.len());
    let mut at = (0, 0);
    for (a, b) in anchors(written, spoken).into_iter().chain([(written.len(), spoken.len())]) {
        compare(written, spoken, at.0..a, at.1..b, &mut found);
        at = (a, b);
    }
    is_enough(found.len()).then_some(found)
}

/// How many words both have, whatever their order: no alignment finds more.
fn common(written: &[u32], spoken: &[u32]) -> usize {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for word in spoken {
        *counts.entry(*word).or_default() += 1;
    }
    let take = |word: &&u32| {
        counts.get_mut(word).is_some_and(|count| count.checked_sub(1).map(|left| *count = left).is_some())
    };
    written.iter().filter(take).count()
}

/// Where runs begin that occur once in each text: the longest series of them that is in order in both.
fn anchors(written: &[u32], spoken: &[u32]) -> Vec<(usize, usize)> {
    let once = |words: &[u32]| -> HashMap<[u32; RUN], Option<usize>> {
        let mut places = HashMap::new();
        for (at, run) in words.array_windows::<RUN>().enumerate() {
            places.entry(*run).and_modify(|place| *place = None).or_insert(Some(at));
        }
        places
    };
    let (first, second) = (once(written), once(spoken));
    let mut pairs: Vec<(usize, usize)> =
        first.iter().filter_map(|(run, place)| Some(((*place)?, (*second.get(run)?)?))).collect();
    pairs.sort_unstable();
    ascending(&pairs)
}

/// The longest series of `pairs`, which ascend in the first, that ascends in the second too.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < pair.1);
        before.push(length.checked_sub(1).map(|length| ends[length]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut series: Vec<_> =
        std::iter::successors(ends.last().copied(), |&at| before[at]).map(|at| pairs[at]).collect();
    series.reverse();
    series
}

/// Compares two stretches word by word, if they are not too long, and adds what is equal.
fn compare(written: &[u32], spoken: &[u32], a: Range<usize>, b: Range<usize>, found: &mut Vec<(usize, usize)>) {
    let equal = written[a.clone()].iter().zip(&spoken[b.clone()]).take_while(|(x, y)| x == y).count();
    found.extend((0..equal).map(|at| (a.start + at, b.start + at)));
    let (a, b) = (a.start + equal..a.end, b.start + equal..b.end);
    if a.is_empty() || b.is_empty() || a.len() + b.len() > LONGEST_GAP {
        return;
    }
    for op in capture_diff_slices(Algorithm::Myers, &written[a.clone()], &spoken[b.clone()]) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            found.extend((0..len).map(|at| (a.start + old_index + at, b.start + new_index + at)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, spoken: &str, expected: Option<&[(usize, usize)]>) {
        let mut vocabulary = Vocabulary::default();
        let written: Vec<u32> = vocabulary.words(written).collect();
        let spoken: Vec<u32> = vocabulary.words(spoken).collect();
        assert_eq!(matches(&written, &spoken).as_deref(), expected);
    }

    #[test]
    fn words_are_found_in_order() {
        check("The API, v2.", "the api v2", Some(&[(0, 0), (1, 1), (2, 2)]));
        check("a b c d e", "a b x c d e", Some(&[(0, 0), (1, 1), (2, 3), (3, 4), (4, 5)]));
        check("a b c d e", "e d c b a", None);
        check("a b c d e", "a b c", None);
    }

    #[test]
    fn the_longest_ascending_series_is_found() {
        assert_eq!(ascending(&[(0, 5), (1, 1), (2, 2), (3, 0), (4, 3)]), [(1, 1), (2, 2), (4, 3)]);
        assert_eq!(ascending(&[]), []);
    }
}
