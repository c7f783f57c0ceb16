//! Bytes of a file to text, whatever its encoding.
