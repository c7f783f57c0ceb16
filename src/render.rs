//! Replies as people read them. All wording is here, English and Spanish side by side.
