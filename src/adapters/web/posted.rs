//! What is posted, as a form or as JSON.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde::de::DeserializeOwned;

/// A value from the body of a request.
pub(super) enum Posted<T> {
    /// By a form, with or without the script.
    Form(T),
    /// By a program.
    Json(T),
}

impl<T> Posted<T> {
    pub(super) fn into_inner(self) -> T {
        match self {
            Self::Form(value) | Self::Json(value) => value,
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") {
            let Json(value) = Json::from_request(request, state).await.map_err(IntoResponse::into_response)?;
            return Ok(Self::Json(value));
        }
        let Form(value) = Form::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(Self::Form(value))
    }
}
