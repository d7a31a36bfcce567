//! The baseline: plain SQLite, one table, one transaction, durable.

use std::path::Path;
use std::time::Instant;

use clientele_model::{ClientDraft, RowId};
use rusqlite::{Connection, params};

/// Cards that are ready to be inserted: what it costs to think them up is not the database's.
pub fn cards(count: u32) -> Vec<(RowId, ClientDraft)> {
    (0..count).map(|n| (RowId::new(), super::sync::card(n))).collect()
}

/// Inserts cards into a fresh plain file. Returns cards a second, and bytes a card on the disk.
pub fn inserts(folder: &Path, cards: &[(RowId, ClientDraft)]) -> (f64, f64) {
    let path = folder.join("raw.sqlite");
    let _ = std::fs::remove_file(&path);
    let conn = Connection::open(&path).expect("a database");
    conn.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768;
         create table cards (id blob primary key, given_name text, family_name text, notes text) without rowid;",
    )
    .expect("a table");
    let begun = Instant::now();
    conn.execute_batch("begin").expect("begun");
    {
        let mut insert = conn
            .prepare("insert into cards values (?1, ?2, ?3, ?4)")
            .expect("a statement");
        for (id, card) in cards {
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
    let seconds = begun.elapsed().as_secs_f64();
    conn.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
        .expect("a checkpoint");
    drop(conn);
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    let _ = std::fs::remove_file(&path);
    #[expect(clippy::cast_precision_loss, reason = "sizes are told in round numbers")]
    let (count, bytes) = (cards.len() as f64, bytes as f64);
    (count / seconds, bytes / count)
}
