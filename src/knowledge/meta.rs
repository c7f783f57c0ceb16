//! What a document says of itself: front matter and sidecar files.
