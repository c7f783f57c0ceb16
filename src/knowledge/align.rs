//! Gives the words of a clean transcript the times of its subtitles.
