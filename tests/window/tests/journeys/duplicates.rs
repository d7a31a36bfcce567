//! One client who is in the book twice: seen, merged by keyboard alone, and taken apart again.

use clientele_window_tests::{Clientele, Result, Setup, journey};
use serde_json::Value;

use crate::steps::{add_a_client, make_a_book};

/// Waits until the open card shows so many phones.
fn see_phones(clientele: &Clientele, count: usize) -> Result<()> {
    clientele.wait_for(&format!("{count} phones on the card"), || {
        Ok((clientele.count("card-phone")? == count).then_some(()))
    })
}

#[test]
fn two_cards_of_one_client_are_merged_by_keys_and_taken_apart() {
    journey("duplicates", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        clientele.stage().display.keyboard("ru")?;
        add_a_client(clientele, "Ева", "Иванова", "+359 888 123 456")?;
        // While she is typed a second time, the form says that she may be here; what is typed stays all the same.
        clientele.press("KeyN")?;
        clientele.type_into("field[data-field=given_name]", "Eva")?;
        clientele.type_into("field[data-field=family_name]", "Ivanova")?;
        clientele.click("add-phone")?;
        clientele.type_into("field[data-field=phone]", "+359888123456")?;
        clientele.see_text("form-like", "Ева Иванова")?;
        clientele.fill("field[data-field=phone]", "0899 777 111")?;
        clientele.press("Control+Enter")?;
        clientele.see_text("card-name", "Eva")?;
        clientele.see_text("status-clients", "2")?;

        clientele.press("Slash")?;
        clientele.type_into("search-input", "twice")?;
        clientele.see("search-none")?;
        clientele.press("ArrowDown")?;
        clientele.press("Enter")?;
        clientele.see_text("duplicate-pair", "Eva Ivanova")?;
        clientele.press("KeyX")?;
        clientele.see("duplicates-empty")?;
        clientele.press("Control+KeyZ")?;
        clientele.see_text("duplicate-pair", "Ева Иванова")?;
        clientele.press("ArrowDown")?;
        clientele.press("Enter")?;
        clientele.see_text("merge-united", "777")?;
        let kept = clientele.attribute("merge-side", "data-id")?;
        for stays in [false, true] {
            clientele.press("KeyS")?;
            clientele.wait_for("the two to change places", || {
                let first = clientele.attribute("merge-side", "data-id")?;
                Ok(((first == kept) == stays).then_some(()))
            })?;
        }
        clientele.press("Control+Enter")?;
        clientele.see("card-merged")?;
        see_phones(clientele, 2)?;
        clientele.see_text("status-clients", "1")?;

        clientele.restart()?;
        clientele.click("client-row")?;
        see_phones(clientele, 2)?;
        clientele.click("card-take-apart")?;
        clientele.see_no("card-merged")?;
        see_phones(clientele, 1)?;
        clientele.see_text("status-clients", "2")?;
        let report = clientele.call("book_check", Value::Null)?;
        assert_eq!(report["ok"], true, "{report}");
        Ok(())
    });
}
