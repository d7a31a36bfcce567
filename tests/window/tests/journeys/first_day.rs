//! A salon's first day: a book is made, a client is added, found by keys, and still there after the power has failed.

use clientele_window_tests::{Setup, journey};

use crate::steps::{add_a_client, make_a_book};

#[test]
fn a_client_is_added_found_and_survives_a_power_cut() {
    journey("first_day", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        // From here on under a Cyrillic layout, where no key prints the letter that it is known by.
        clientele.stage().display.keyboard("ru")?;
        add_a_client(clientele, "Ева", "Иванова", "0888 123 456")?;
        clientele.see_text("status-clients", "1")?;

        clientele.press("Slash")?;
        clientele.type_into("search-input", "иванов")?;
        clientele.see_text("search-hit", "Ева Иванова")?;
        clientele.press("Enter")?;
        clientele.see_text("card-phone", "123")?;

        clientele.kill()?;
        clientele.open()?;
        clientele.see_text("client-row", "Ева Иванова")?;

        clientele.press("Control+KeyZ")?;
        clientele.see("list-empty").map(drop)
    });
}
