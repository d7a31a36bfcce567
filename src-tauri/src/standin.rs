//! Stands in for the api until it is there; deleted then.
#![allow(missing_docs)]
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, Serialize)]
pub struct Event {
    pub name: String,
}
#[derive(Clone, Copy, Debug)]
pub enum FileKind {
    Any,
}
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    pub code: String,
}
pub trait Host: Send + Sync + 'static {
    fn emit(&self, event: Event);
    fn pick_file(&self, kind: FileKind) -> Option<PathBuf>;
    fn save_file(&self, suggested_name: &str, kind: FileKind) -> Option<PathBuf>;
    fn data_dir(&self) -> PathBuf;
    fn system_locale(&self) -> Option<String>;
}
pub struct StartOptions {
    pub book: Option<PathBuf>,
    pub key_file: Option<PathBuf>,
}
pub struct Api<H: Host> {
    host: H,
}
impl<H: Host> Api<H> {
    pub fn new(host: H, _start: StartOptions) -> Self {
        Self { host }
    }
    pub fn dispatch(&self, command: &str, _args: Value) -> Result<Value, Refusal> {
        match command {
            "pick" => Ok(json!(self.host.pick_file(FileKind::Any))),
            "save" => Ok(json!(self.host.save_file("Книга.csv", FileKind::Any))),
            "dir" => Ok(json!([self.host.data_dir(), self.host.system_locale()])),
            _ => Err(Refusal {
                code: "request.bad".into(),
            }),
        }
    }
    pub fn dropped(&self, path: PathBuf) {
        self.host.emit(Event {
            name: path.display().to_string(),
        });
    }
}
