//! The longest common sequence of two sentences, words of content counting double.

use crate::support::token::Token;

/// The positions of the same tokens in `a` and `b`, in order. Takes `a.len() * b.len()` steps: callers bound both.
pub(in crate::support) fn pairs(a: &[Token], b: &[Token]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    // `best[i * width + j]`: what the rests of `a` from `i` on and of `b` from `j` on have in common.
    let mut best = vec![0_u32; (a.len() + 1) * width];
    for (i, left) in a.iter().enumerate().rev() {
        for (j, right) in b.iter().enumerate().rev() {
            best[i * width + j] = if is_same(left, right) {
                best[(i + 1) * width + j + 1] + worth(left)
            } else {
                best[(i + 1) * width + j].max(best[i * width + j + 1])
            };
        }
    }
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if is_same(&a[i], &b[j]) {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

fn is_same(a: &Token, b: &Token) -> bool {
    a.is_content() == b.is_content() && a.key == b.key
}

fn worth(token: &Token) -> u32 {
    if token.is_content() { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Language;
    use crate::support::token::tokens;

    #[test]
    fn what_is_the_same_is_found_in_order() {
        let read = |text| tokens(text, Language::English, 100).0;
        assert_eq!(pairs(&read("Kafka keeps old logs"), &read("Kafka keeps all logs")), [(0, 0), (1, 1), (3, 3)]);
        assert_eq!(pairs(&read("logs of Kafka"), &read("Kafka logs")), [(2, 0)]);
        assert_eq!(pairs(&read(""), &read("Kafka")), []);
    }
}
