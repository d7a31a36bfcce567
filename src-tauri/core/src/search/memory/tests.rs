//! The index in memory against going through everything; what follows a write; what is left of whom was erased.
