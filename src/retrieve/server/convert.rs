//! Points and filters as the server wants them.

use std::collections::HashMap;

use super::super::qdrant::{self, BM25, DENSE, PATHS, Stored};
use super::super::{Filter, Point, SearchError};
use crate::embed::SparseVector;
use crate::embed::dense::DenseVector;
use qdrant_client::Payload;
use qdrant_client::qdrant::r#match::MatchValue;
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::vector_output::Vector as VectorKind;
use qdrant_client::qdrant::vectors_output::VectorsOptions;
use qdrant_client::qdrant::{
    Condition, NamedVectors, PointId, PointStruct, RepeatedStrings, RetrievedPoint, Value, Vector, VectorsOutput,
};

/// The point that stands at `at` among all of an index.
pub(super) fn to_point(at: usize, point: &Point) -> Result<PointStruct, SearchError> {
    let SparseVector { indices, values } = point.bm25.clone();
    let mut vectors = NamedVectors::default().add_vector(BM25, Vector::new_sparse(indices, values));
    if let Some(dense) = &point.dense {
        vectors = vectors.add_vector(DENSE, Vector::new_dense(dense.components().to_vec()));
    }
    let payload =
        Payload::try_from(qdrant::payload(at, point)?).map_err(|error| SearchError::Engine(error.to_string()))?;
    Ok(PointStruct::new(qdrant::number(point)?, vectors, payload))
}

/// A point as it was before [`to_point`], and its place; `None` for one that is no passage.
pub(super) fn from_point(mut point: RetrievedPoint) -> Option<Result<(Option<u64>, Point), SearchError>> {
    let number = to_number(point.id.as_ref())?;
    let mut vectors = named(point.vectors.take());
    let (indices, values) = match vectors.remove(BM25) {
        Some(VectorKind::Sparse(sparse)) => (sparse.indices, sparse.values),
        _ => Default::default(),
    };
    let dense = match vectors.remove(DENSE) {
        Some(VectorKind::Dense(dense)) => DenseVector::normalized(dense.data.clone(), dense.data.len()).ok(),
        _ => None,
    };
    let stored = to_stored(number, point.payload);
    Some(stored.map(|Stored { ordinal, passage, .. }| {
        (ordinal, Point { passage, bm25: SparseVector { indices, values }, dense })
    }))
}

fn named(vectors: Option<VectorsOutput>) -> HashMap<String, VectorKind> {
    match vectors.and_then(|vectors| vectors.vectors_options) {
        Some(VectorsOptions::Vectors(named)) => {
            named.vectors.into_iter().map(|(name, vector)| (name, vector.into_vector())).collect()
        }
        _ => HashMap::new(),
    }
}

/// A passage with its number.
pub(super) fn to_stored(number: u64, payload: HashMap<String, Value>) -> Result<Stored, SearchError> {
    Stored::new(number, Payload::from(payload).into())
}

pub(super) fn to_number(id: Option<&PointId>) -> Option<u64> {
    match id?.point_id_options.as_ref()? {
        PointIdOptions::Num(number) => Some(*number),
        PointIdOptions::Uuid(_) => None,
    }
}

/// As [`Filter::admits`]. A passage without a scope has no such field, so "no scope or one of these" is "empty or one of
/// these".
pub(super) fn to_filter(filter: &Filter) -> qdrant_client::qdrant::Filter {
    let mut must = Vec::new();
    let nobody_excluded = Condition::is_empty("scope");
    must.push(if filter.reach.scopes.is_empty() {
        nobody_excluded
    } else {
        qdrant_client::qdrant::Filter::should([nobody_excluded, one_of("scope", filter.reach.scopes.clone())]).into()
    });
    if !filter.reach.topics.is_empty() {
        must.push(one_of("topic", filter.reach.topics.clone()));
    }
    if !filter.reach.sources.is_empty() {
        must.push(one_of(
            PATHS,
            filter.reach.sources.iter().map(|path| path.trim_end_matches('/').to_owned()).collect(),
        ));
    }
    if let Some(language) = filter.language {
        must.push(one_of("lang", vec![language.code().to_owned()]));
    }
    qdrant_client::qdrant::Filter::must(must)
}

/// Whole values; the client's own conversion of a text with a space in it would look for its words.
pub(super) fn one_of(field: &str, strings: Vec<String>) -> Condition {
    Condition::matches(field, MatchValue::Keywords(RepeatedStrings { strings }))
}
