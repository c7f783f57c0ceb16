//! Topic, tags and language of a passage.
