//! Tests of trash.
