//! What comes over the wire, as the engine takes it, and back.

use std::collections::HashMap;

use qdrant_client::Payload;
use qdrant_client::qdrant::condition::ConditionOneOf;
use qdrant_client::qdrant::facet_value::Variant as FacetVariant;
use qdrant_client::qdrant::r#match::MatchValue;
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::vector_output::Vector as VectorOutputKind;
use qdrant_client::qdrant::vectors::VectorsOptions;
use qdrant_client::qdrant::with_payload_selector::SelectorOptions;
use qdrant_client::qdrant::{
    Condition, DenseVector, FacetHit, FacetValue, Filter, NamedVectorsOutput, PointId, PointStruct, Query,
    RetrievedPoint, ScoredPoint, SparseVector, VectorOutput, VectorsOutput, WithPayloadSelector, query, vector_input,
    vectors_output,
};
use qdrant_edge::external::serde_json::{Value, json};
use qdrant_edge::{
    FacetValueHit, NamedQuery, OperationError, PointId as EdgeId, PointStruct as EdgePoint, PointStructPersisted,
    QueryEnum, Record, ScoringQuery, Vector, VectorInternal, VectorStructInternal, Vectors,
};
use tonic::Status;

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` wants")]
pub(super) fn refused(error: OperationError) -> Status {
    Status::invalid_argument(format!("Wrong input: {error}"))
}

pub(super) fn to_id(id: &PointId) -> Result<EdgeId, Status> {
    match id.point_id_options {
        Some(PointIdOptions::Num(number)) => Ok(EdgeId::NumId(number)),
        _ => Err(Status::unimplemented("points of the stand-in have numbers")),
    }
}

pub(super) fn to_id_answer(id: EdgeId) -> PointId {
    match id {
        EdgeId::NumId(number) => PointId::from(number),
        EdgeId::Uuid(uuid) => PointId::from(uuid.to_string()),
    }
}

pub(super) fn wants(selector: Option<&WithPayloadSelector>) -> bool {
    matches!(selector.and_then(|selector| selector.selector_options.as_ref()), Some(SelectorOptions::Enable(true)))
}

pub(super) fn to_point(point: PointStruct) -> Result<PointStructPersisted, Status> {
    let id = to_id(point.id.as_ref().ok_or_else(|| Status::invalid_argument("a point without a number"))?)?;
    let Some(VectorsOptions::Vectors(named)) = point.vectors.and_then(|vectors| vectors.vectors_options) else {
        return Err(Status::invalid_argument("Expected some vectors"));
    };
    let mut vectors = HashMap::new();
    for (name, vector) in named.vectors {
        let vector = match vector.clone().try_into_sparse() {
            Ok((indices, values)) => Vector::new_sparse(indices, values).map_err(refused)?,
            Err(_) => Vector::from(vector.try_into_dense().map_err(|e| Status::invalid_argument(e.to_string()))?),
        };
        vectors.insert(name, vector);
    }
    let payload: Value = Payload::from(point.payload).into();
    let EdgeId::NumId(number) = id else { return Err(Status::unimplemented("points of the stand-in have numbers")) };
    Ok(EdgePoint::new(number, Vectors::new_named(vectors), payload).into())
}

pub(super) fn to_query(query: Option<Query>, using: Option<String>) -> Result<ScoringQuery, Status> {
    let name = using.unwrap_or_default();
    let vector = match query.and_then(|query| query.variant) {
        Some(query::Variant::Nearest(nearest)) => match nearest.variant {
            Some(vector_input::Variant::Dense(dense)) => dense.data.into(),
            Some(vector_input::Variant::Sparse(sparse)) => {
                VectorInternal::Sparse(qdrant_edge::SparseVector { indices: sparse.indices, values: sparse.values })
            }
            _ => return Err(Status::unimplemented("the stand-in searches by vectors")),
        },
        _ => return Err(Status::unimplemented("the stand-in finds what is nearest")),
    };
    Ok(ScoringQuery::Vector(QueryEnum::Nearest(NamedQuery::new(vector, name))))
}

pub(super) fn to_filter(filter: Filter) -> Result<qdrant_edge::Filter, Status> {
    let json = filter_json(filter)?;
    serde_json::from_value(json).map_err(|error| Status::invalid_argument(error.to_string()))
}

fn filter_json(filter: Filter) -> Result<Value, Status> {
    let all = |conditions: Vec<Condition>| conditions.into_iter().map(condition_json).collect::<Result<Vec<_>, _>>();
    Ok(json!({ "must": all(filter.must)?, "should": all(filter.should)?, "must_not": all(filter.must_not)? }))
}

fn condition_json(condition: Condition) -> Result<Value, Status> {
    match condition.condition_one_of {
        Some(ConditionOneOf::Filter(filter)) => filter_json(filter),
        Some(ConditionOneOf::IsEmpty(empty)) => Ok(json!({ "is_empty": { "key": empty.key } })),
        Some(ConditionOneOf::HasId(ids)) => {
            let ids = ids.has_id.iter().map(to_id).collect::<Result<Vec<_>, _>>()?;
            Ok(json!({ "has_id": ids }))
        }
        Some(ConditionOneOf::Field(field)) => match field.r#match.and_then(|matched| matched.match_value) {
            Some(MatchValue::Keywords(any)) => Ok(json!({ "key": field.key, "match": { "any": any.strings } })),
            _ => Err(Status::unimplemented("the stand-in matches keywords")),
        },
        _ => Err(Status::unimplemented("the stand-in knows no such condition")),
    }
}

fn payload(payload: Option<qdrant_edge::Payload>) -> HashMap<String, qdrant_client::qdrant::Value> {
    let fields = payload.map(|payload| payload.0).unwrap_or_default();
    Payload::from(fields).into()
}

pub(super) fn from_record(record: Record) -> RetrievedPoint {
    let vectors = record.vector.map(|vectors| {
        let VectorStructInternal::Named(named) = vectors else { panic!("vectors have names: {vectors:?}") };
        let vectors = named.into_iter().map(|(name, vector)| (name, from_vector(vector))).collect();
        VectorsOutput { vectors_options: Some(vectors_output::VectorsOptions::Vectors(NamedVectorsOutput { vectors })) }
    });
    RetrievedPoint {
        id: Some(to_id_answer(record.id)),
        payload: payload(record.payload),
        vectors,
        ..RetrievedPoint::default()
    }
}

fn from_vector(vector: VectorInternal) -> VectorOutput {
    let kind = match vector {
        VectorInternal::Dense(data) => VectorOutputKind::Dense(DenseVector { data }),
        VectorInternal::Sparse(qdrant_edge::SparseVector { indices, values }) => {
            VectorOutputKind::Sparse(SparseVector { values, indices })
        }
        VectorInternal::MultiDense(_) => panic!("no point has such a vector"),
    };
    VectorOutput { vector: Some(kind), ..VectorOutput::default() }
}

pub(super) fn from_facet(hit: FacetValueHit) -> FacetHit {
    let variant = match hit.value {
        qdrant_edge::FacetValue::Keyword(text) => FacetVariant::StringValue(text),
        other => panic!("Colega has counted keywords only, not {other:?}"),
    };
    FacetHit { value: Some(FacetValue { variant: Some(variant) }), count: hit.count as u64 }
}

pub(super) fn from_scored(point: &qdrant_edge::ScoredPoint) -> ScoredPoint {
    ScoredPoint { id: Some(to_id_answer(point.id)), score: point.score, ..ScoredPoint::default() }
}
