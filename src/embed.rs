//! Text to vectors: sparse ones of its words (BM25), and dense ones of its meaning where there is a model.

pub mod bm25;
pub mod dense;
pub mod stems;
pub mod terms;

use serde::{Deserialize, Serialize};

/// A sparse vector: `values[i]` at dimension `indices[i]`. Indices ascend and none occurs twice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SparseVector {
    /// Dimensions that are not zero: 32-bit hashes of terms.
    pub indices: Vec<u32>,
    /// Their values.
    pub values: Vec<f32>,
}

impl SparseVector {
    /// A vector from entries in any order; entries of one dimension are combined with `combine`.
    pub fn from_entries(mut entries: Vec<(u32, f32)>, combine: impl Fn(f32, f32) -> f32) -> Self {
        entries.sort_by_key(|&(index, _)| index);
        let mut vector = Self::default();
        for (index, value) in entries {
            match vector.values.last_mut() {
                Some(last) if vector.indices.last() == Some(&index) => *last = combine(*last, value),
                _ => {
                    vector.indices.push(index);
                    vector.values.push(value);
                }
            }
        }
        vector
    }

    /// The entries, by ascending dimension.
    pub fn entries(&self) -> impl Iterator<Item = (u32, f32)> {
        self.indices.iter().copied().zip(self.values.iter().copied())
    }
}
