//! Collections and aliases (<https://qdrant.tech/documentation/concepts/collections/>).

use std::sync::Arc;

use qdrant_client::qdrant::alias_operations::Action;
use qdrant_client::qdrant::collections_server::Collections;
use qdrant_client::qdrant::qdrant_server::Qdrant;
use qdrant_client::qdrant::vectors_config::Config;
use qdrant_client::qdrant::{
    AliasDescription, ChangeAliases, CollectionDescription, CollectionOperationResponse, CreateCollection,
    DeleteCollection, HealthCheckReply, HealthCheckRequest, ListAliasesRequest, ListAliasesResponse,
    ListCollectionsRequest, ListCollectionsResponse,
};
use qdrant_edge::{Distance, EdgeConfig, EdgeShard, EdgeSparseVectorParams, EdgeVectorParams, Modifier};
use tonic::{Request, Response, Status};

use super::{Fake, service};

const DONE: CollectionOperationResponse = CollectionOperationResponse { result: true, time: 0.0 };

service! {
    impl Collections for Fake {
        async fn list(
            &self,
            request: Request<ListCollectionsRequest>,
        ) -> Result<Response<ListCollectionsResponse>, Status> {
            self.enter(request).await?;
            let collections =
                self.held().collections.keys().map(|name| CollectionDescription { name: name.clone() }).collect();
            Ok(Response::new(ListCollectionsResponse { collections, time: 0.0 }))
        }

        async fn create(
            &self,
            request: Request<CreateCollection>,
        ) -> Result<Response<CollectionOperationResponse>, Status> {
            let request = self.enter(request).await?;
            let name = request.collection_name.clone();
            let mut held = self.held();
            if held.collections.contains_key(&name) || held.aliases.contains_key(&name) {
                return Err(Status::already_exists(format!("Wrong input: Collection `{name}` already exists!")));
            }
            held.made += 1;
            let folder = self.0.folder.path().join(held.made.to_string());
            std::fs::create_dir_all(&folder)?;
            let shard = EdgeShard::new(&folder, to_config(&request)?).map_err(|e| Status::internal(e.to_string()))?;
            held.collections.insert(name, Arc::new(shard));
            Ok(Response::new(DONE))
        }

        async fn delete(
            &self,
            request: Request<DeleteCollection>,
        ) -> Result<Response<CollectionOperationResponse>, Status> {
            let name = self.enter(request).await?.collection_name;
            let mut held = self.held();
            // A real server says that there was none in the result, and not as an error.
            let result = held.collections.remove(&name).is_some();
            held.aliases.retain(|_, collection| *collection != name);
            Ok(Response::new(CollectionOperationResponse { result, time: 0.0 }))
        }

        async fn update_aliases(
            &self,
            request: Request<ChangeAliases>,
        ) -> Result<Response<CollectionOperationResponse>, Status> {
            let request = self.enter(request).await?;
            let mut held = self.held();
            for action in request.actions {
                match action.action {
                    Some(Action::CreateAlias(create)) => {
                        if !held.collections.contains_key(&create.collection_name) {
                            let name = create.collection_name;
                            return Err(Status::not_found(format!("Not found: Collection `{name}` doesn't exist!")));
                        }
                        held.aliases.insert(create.alias_name, create.collection_name);
                    }
                    _ => return Err(Status::unimplemented("the stand-in creates aliases and nothing else")),
                }
            }
            Ok(Response::new(DONE))
        }

        async fn list_aliases(
            &self,
            request: Request<ListAliasesRequest>,
        ) -> Result<Response<ListAliasesResponse>, Status> {
            self.enter(request).await?;
            let describe = |(alias, collection): (&String, &String)| AliasDescription {
                alias_name: alias.clone(),
                collection_name: collection.clone(),
            };
            let aliases = self.held().aliases.iter().map(describe).collect();
            Ok(Response::new(ListAliasesResponse { aliases, time: 0.0 }))
        }
    }
    nothing of:
        get(GetCollectionInfoRequest) -> GetCollectionInfoResponse,
        update(UpdateCollection) -> CollectionOperationResponse,
        list_collection_aliases(ListCollectionAliasesRequest) -> ListAliasesResponse,
        collection_cluster_info(CollectionClusterInfoRequest) -> CollectionClusterInfoResponse,
        collection_exists(CollectionExistsRequest) -> CollectionExistsResponse,
        update_collection_cluster_setup(UpdateCollectionClusterSetupRequest) -> UpdateCollectionClusterSetupResponse,
        create_shard_key(CreateShardKeyRequest) -> CreateShardKeyResponse,
        delete_shard_key(DeleteShardKeyRequest) -> DeleteShardKeyResponse,
        list_shard_keys(ListShardKeysRequest) -> ListShardKeysResponse,
}

service! {
    impl Qdrant for Fake {
        async fn health_check(
            &self,
            request: Request<HealthCheckRequest>,
        ) -> Result<Response<HealthCheckReply>, Status> {
            self.enter(request).await?;
            Ok(Response::new(HealthCheckReply { title: "a stand-in".to_owned(), version: "1.17.0".to_owned(), commit: None }))
        }
    }
    nothing of:
}

fn to_config(request: &CreateCollection) -> Result<EdgeConfig, Status> {
    let mut config = EdgeConfig::builder();
    for (name, params) in request.sparse_vectors_config.iter().flat_map(|config| &config.map) {
        let modifier = match params.modifier {
            None | Some(0) => Modifier::None,
            Some(_) => Modifier::Idf,
        };
        config = config.sparse_vector(name, EdgeSparseVectorParams::builder().modifier(modifier).build());
    }
    if let Some(Config::ParamsMap(map)) = request.vectors_config.as_ref().and_then(|config| config.config.as_ref()) {
        for (name, params) in &map.map {
            let size = usize::try_from(params.size).map_err(|_| Status::invalid_argument("the size of a vector"))?;
            config = config.vector(name, EdgeVectorParams::builder(size, Distance::Cosine).build());
        }
    }
    Ok(config.build())
}
