//! `clientele-server`.
fn main() {}
