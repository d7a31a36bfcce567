//! What time it is: on the wall for people, and for the order of changes by head office's clock.

use std::sync::Arc;

use clientele_model::{Timestamp, Value};
use rusqlite::Connection;

use super::store::{local, set_local};
use crate::Result;

/// How far head office's clock is ahead of this machine's, in milliseconds: a fact about this file.
const OFFSET: &str = "clock_offset";

/// Tells the time.
#[derive(Clone)]
pub struct Clock {
    source: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    offset_ms: i64,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock {{ {:?}, {} ms }}", self.now(), self.offset_ms)
    }
}

impl Clock {
    pub(super) fn load(conn: &Connection) -> Result<Self> {
        let offset_ms = local(conn, OFFSET)?.and_then(|value| value.as_int()).unwrap_or(0);
        Ok(Self {
            source: Arc::new(Timestamp::now),
            offset_ms,
        })
    }

    pub(super) fn save(&self, conn: &Connection) -> Result<()> {
        set_local(conn, OFFSET, &Value::Int(self.offset_ms))
    }

    /// Asks another source than the machine's own.
    pub fn set_source(&mut self, source: impl Fn() -> Timestamp + Send + Sync + 'static) {
        self.source = Arc::new(source);
    }

    /// Head office's clock shows this now.
    pub fn set_head_office(&mut self, now: Timestamp) {
        self.offset_ms = now.0.saturating_sub(self.now().0);
    }

    /// The time on the wall: what people read and typed. Never corrected.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.source)()
    }

    /// The time for the order of changes.
    #[must_use]
    pub fn for_order(&self) -> Timestamp {
        Timestamp(self.now().0.saturating_add(self.offset_ms))
    }
}
