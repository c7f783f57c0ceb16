//! Points (<https://qdrant.tech/documentation/concepts/points/>).

use qdrant_client::qdrant::points_server::Points;
use qdrant_client::qdrant::{
    CountPoints, CountResponse, CountResult, CreateFieldIndexCollection, FacetCounts, FacetResponse, GetPoints,
    GetResponse, PointsOperationResponse, QueryPoints, QueryResponse, ScrollPoints, ScrollResponse, UpsertPoints,
};
use qdrant_edge::{
    CountRequest, CreateIndex, FacetRequest, FieldIndexOperations, PayloadFieldSchema, PayloadSchemaType,
    PointInsertOperations, PointOperations, QueryRequest, ScrollRequest, UpdateOperation, WithPayloadInterface,
    WithVector,
};
use tonic::{Request, Response, Status};

use super::convert::{
    from_facet, from_record, from_scored, refused, to_filter, to_id, to_id_answer, to_point, to_query, wants,
};
use super::{Fake, service};

fn done() -> Response<PointsOperationResponse> {
    Response::new(PointsOperationResponse { result: None, time: 0.0, usage: None })
}

service! {
    impl Points for Fake {
        async fn upsert(&self, request: Request<UpsertPoints>) -> Result<Response<PointsOperationResponse>, Status> {
            let request = self.enter(request).await?;
            let shard = self.shard(&request.collection_name)?;
            let points = request.points.into_iter().map(to_point).collect::<Result<Vec<_>, _>>()?;
            let insert = PointInsertOperations::PointsList(points);
            shard.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert))).map_err(refused)?;
            Ok(done())
        }

        async fn get(&self, request: Request<GetPoints>) -> Result<Response<GetResponse>, Status> {
            let request = self.enter(request).await?;
            let shard = self.shard(&request.collection_name)?;
            let ids = request.ids.iter().map(to_id).collect::<Result<Vec<_>, _>>()?;
            let payload = wants(request.with_payload.as_ref());
            let found = shard.retrieve(&ids, Some(WithPayloadInterface::Bool(payload)), None).map_err(refused)?;
            let result = found.into_iter().map(from_record).collect();
            Ok(Response::new(GetResponse { result, time: 0.0, usage: None }))
        }

        async fn create_field_index(
            &self,
            request: Request<CreateFieldIndexCollection>,
        ) -> Result<Response<PointsOperationResponse>, Status> {
            let request = self.enter(request).await?;
            let field_name = request.field_name.parse().map_err(|()| Status::invalid_argument("the name of a field"))?;
            let field_schema = Some(PayloadFieldSchema::FieldType(PayloadSchemaType::Keyword));
            let create = FieldIndexOperations::CreateIndex(CreateIndex { field_name, field_schema });
            let shard = self.shard(&request.collection_name)?;
            shard.update(UpdateOperation::FieldIndexOperation(create)).map_err(refused)?;
            Ok(done())
        }

        async fn scroll(&self, request: Request<ScrollPoints>) -> Result<Response<ScrollResponse>, Status> {
            let request = self.enter(request).await?;
            let shard = self.shard(&request.collection_name)?;
            let vectors = request.with_vectors.is_some();
            let (found, next) = shard.scroll(ScrollRequest {
                offset: request.offset.as_ref().map(to_id).transpose()?,
                limit: request.limit.map(|limit| limit as usize),
                filter: request.filter.map(to_filter).transpose()?,
                with_payload: Some(WithPayloadInterface::Bool(wants(request.with_payload.as_ref()))),
                with_vector: WithVector::Bool(vectors),
                ..ScrollRequest::default()
            }).map_err(refused)?;
            let result = found.into_iter().map(from_record).collect();
            let next_page_offset = next.map(to_id_answer);
            Ok(Response::new(ScrollResponse { next_page_offset, result, time: 0.0, usage: None }))
        }

        async fn count(&self, request: Request<CountPoints>) -> Result<Response<CountResponse>, Status> {
            let request = self.enter(request).await?;
            let shard = self.shard(&request.collection_name)?;
            let count = shard.count(CountRequest { filter: None, exact: true }).map_err(refused)? as u64;
            Ok(Response::new(CountResponse { result: Some(CountResult { count }), time: 0.0, usage: None }))
        }

        async fn facet(&self, request: Request<FacetCounts>) -> Result<Response<FacetResponse>, Status> {
            let request = self.enter(request).await?;
            let shard = self.shard(&request.collection_name)?;
            let key = request.key.parse().map_err(|()| Status::invalid_argument("the name of a field"))?;
            let counted = shard.facet(FacetRequest {
                key,
                limit: usize::try_from(request.limit.unwrap_or(10)).expect("64 bits"),
                filter: request.filter.map(to_filter).transpose()?,
                exact: request.exact.unwrap_or_default(),
            }).map_err(refused)?;
            let hits = counted.hits.into_iter().map(from_facet).collect();
            Ok(Response::new(FacetResponse { hits, time: 0.0, usage: None }))
        }

        async fn query(&self, request: Request<QueryPoints>) -> Result<Response<QueryResponse>, Status> {
            let request = self.enter(request).await?;
            let shard = self.shard(&request.collection_name)?;
            let found = shard.query(QueryRequest {
                prefetches: Vec::new(),
                query: Some(to_query(request.query, request.using)?),
                filter: request.filter.map(to_filter).transpose()?,
                score_threshold: None,
                limit: usize::try_from(request.limit.unwrap_or(10)).expect("64 bits"),
                offset: 0,
                params: None,
                with_vector: WithVector::Bool(false),
                with_payload: WithPayloadInterface::Bool(false),
            }).map_err(refused)?;
            let result = found.iter().map(from_scored).collect();
            Ok(Response::new(QueryResponse { result, time: 0.0, usage: None }))
        }
    }
    nothing of:
        delete(DeletePoints) -> PointsOperationResponse,
        update_vectors(UpdatePointVectors) -> PointsOperationResponse,
        delete_vectors(DeletePointVectors) -> PointsOperationResponse,
        set_payload(SetPayloadPoints) -> PointsOperationResponse,
        overwrite_payload(SetPayloadPoints) -> PointsOperationResponse,
        delete_payload(DeletePayloadPoints) -> PointsOperationResponse,
        clear_payload(ClearPayloadPoints) -> PointsOperationResponse,
        delete_field_index(DeleteFieldIndexCollection) -> PointsOperationResponse,
        create_vector_name(CreateVectorNameRequest) -> PointsOperationResponse,
        delete_vector_name(DeleteVectorNameRequest) -> PointsOperationResponse,
        search(SearchPoints) -> SearchResponse,
        search_batch(SearchBatchPoints) -> SearchBatchResponse,
        search_groups(SearchPointGroups) -> SearchGroupsResponse,
        recommend(RecommendPoints) -> RecommendResponse,
        recommend_batch(RecommendBatchPoints) -> RecommendBatchResponse,
        recommend_groups(RecommendPointGroups) -> RecommendGroupsResponse,
        discover(DiscoverPoints) -> DiscoverResponse,
        discover_batch(DiscoverBatchPoints) -> DiscoverBatchResponse,
        update_batch(UpdateBatchPoints) -> UpdateBatchResponse,
        query_batch(QueryBatchPoints) -> QueryBatchResponse,
        query_groups(QueryPointGroups) -> QueryGroupsResponse,
        search_matrix_pairs(SearchMatrixPoints) -> SearchMatrixPairsResponse,
        search_matrix_offsets(SearchMatrixPoints) -> SearchMatrixOffsetsResponse,
}
