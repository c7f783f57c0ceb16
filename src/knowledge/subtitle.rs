//! SubRip and WebVTT to blocks.
