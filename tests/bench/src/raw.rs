//! The baseline: plain SQLite, one table, one transaction, durable.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, params};

/// Inserts so many cards into a fresh plain file. Returns cards a second, and bytes a card on the disk.
pub fn inserts(folder: &Path, cards: u32) -> (f64, f64) {
    let path = folder.join("raw.sqlite");
    let _ = std::fs::remove_file(&path);
    let conn = Connection::open(&path).expect("a database");
    conn.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full;
         create table cards (id blob primary key, given_name text, family_name text, notes text) without rowid;",
    )
    .expect("a table");
    let begun = Instant::now();
    conn.execute_batch("begin").expect("begun");
    {
        let mut insert = conn
            .prepare("insert into cards values (?1, ?2, ?3, ?4)")
            .expect("a statement");
        for n in 0..cards {
            let card = super::sync::card(n);
            let id = clientele_model::RowId::new();
            insert
                .execute(params![
                    id.as_bytes(),
                    card.given_name,
                    card.family_name,
                    card.notes
                ])
                .expect("a card");
        }
    }
    conn.execute_batch("commit").expect("committed");
    let rate = f64::from(cards) / begun.elapsed().as_secs_f64();
    conn.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
        .expect("a checkpoint");
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    #[expect(clippy::cast_precision_loss, reason = "a size is told in round numbers")]
    let bytes = bytes as f64 / f64::from(cards);
    (rate, bytes)
}
