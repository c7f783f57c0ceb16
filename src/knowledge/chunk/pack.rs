//! Packs pieces into passages of about equal length.

use super::ChunkLimits;
use super::piece::Piece;
use crate::passage::SourceSpan;

/// The texts and spans of the passages that adjoining `pieces` make.
pub fn pack(pieces: &[Piece], limits: &ChunkLimits) -> Vec<(String, SourceSpan)> {
    let bundles = bundles(pieces, limits.max_chars);
    let mut found = Vec::new();
    let mut left: usize = bundles.iter().map(|bundle| length(bundle)).sum();
    let mut at = 0;
    while at < bundles.len() {
        // What is left is shared out evenly, so that no passage ends up as a small remainder.
        let goal = left / share_count(left, limits);
        let mut count = 1;
        let mut chars = length(bundles[at]);
        while let Some(next) = bundles.get(at + count).map(|bundle| length(bundle)) {
            let joins = chars + next / 2 <= goal || (left - chars) < limits.target_chars / 4;
            if chars + next > limits.max_chars || !joins {
                break;
            }
            chars += next;
            count += 1;
        }
        let pieces: Vec<_> = bundles[at..at + count].iter().copied().flatten().collect();
        found.push(join(&pieces));
        left -= chars;
        at += count;
    }
    found
}

/// In how many passages `chars` characters go best.
fn share_count(chars: usize, limits: &ChunkLimits) -> usize {
    ((chars + limits.target_chars / 2) / limits.target_chars.max(1)).max(1)
}

/// Runs of pieces that stay together: what introduces something, and what it introduces.
fn bundles(pieces: &[Piece], max: usize) -> Vec<&[Piece]> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = 0;
    for (at, piece) in pieces.iter().enumerate() {
        chars += length(std::slice::from_ref(piece));
        let next = pieces.get(at + 1);
        let stays = next.is_some_and(|next| {
            piece.introduces(next) && (next.is_solid() || chars + length(std::slice::from_ref(next)) <= max)
        });
        if !stays {
            found.push(&pieces[start..=at]);
            start = at + 1;
            chars = 0;
        }
    }
    found
}

/// Characters of the pieces and of what stands between them.
fn length(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.chars + piece.joint.len()).sum()
}

fn join(pieces: &[&Piece]) -> (String, SourceSpan) {
    let mut text = String::new();
    let mut span = pieces[0].span;
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            text.push_str(piece.joint);
        }
        text.push_str(&piece.text);
        span = span.union(piece.span).expect("pieces of one run have spans of one kind");
    }
    (text, span)
}
