//! `cargo xtask screens`: not built yet.
use crate::sh::Result;
/// Pictures.
pub fn screens(_arguments: &[String]) -> Result {
    Err("not built yet".into())
}
