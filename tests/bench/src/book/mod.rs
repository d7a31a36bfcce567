//! What the book itself costs: an import, the write gate, one saved contact, a card, and its encryption.

mod card;
mod gate;
mod import;
mod save;

use super::table::Table;

/// Measures all of it.
pub fn measure(table: &mut Table, quick: bool, rounds: usize) {
    save::measure(table);
    gate::measure(table, rounds);
    let sizes: &[usize] = if quick { &[100_000] } else { &[100_000, 1_000_000] };
    card::measure(table, sizes);
    for clients in sizes {
        import::measure(table, *clients, rounds);
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are told in round numbers")]
pub(super) fn float(number: usize) -> f64 {
    number as f64
}
