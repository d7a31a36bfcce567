//! The book's half of head office, without a server: what goes out, what comes in, what a copy does.
