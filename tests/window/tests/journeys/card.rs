//! A card is linked to another client's by keys, printed, and a picture is pasted onto it.

use std::path::Path;

use clientele_window_tests::{Clientele, Result, Setup, journey};
use serde_json::json;

use crate::steps::{add_a_client, make_a_book};

/// Gives the focus to the first element of a name.
fn focus(clientele: &Clientele, id: &str) -> Result<()> {
    clientele.see(id)?;
    let script = "document.querySelector(`[data-testid=${arguments[0]}]`).focus()";
    clientele.session()?.run(script, &[json!(id)]).map(drop)
}

/// Takes the focus off whatever has it.
fn nowhere(clientele: &Clientele) -> Result<()> {
    clientele.script("document.activeElement.blur()").map(drop)
}

#[test]
fn a_card_is_linked_printed_and_gets_a_pasted_picture() {
    journey("card", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        add_a_client(clientele, "Борис", "Петров", "+359 888 123 457")?;
        add_a_client(clientele, "Ева", "Иванова", "+359 888 123 456")?;

        // The link, by keys alone.
        clientele.press("KeyE")?;
        focus(clientele, "add-contact-person")?;
        clientele.press("Enter")?;
        focus(clientele, "person-link")?;
        clientele.press("Enter")?;
        clientele.type_into("find-input", "петр")?;
        clientele.see("find-hit")?;
        clientele.press("Enter")?;
        clientele.see_text("person-linked", "Борис Петров")?;
        clientele.type_into("field[data-field=role]", "съпруг")?;
        clientele.press("Control+Enter")?;
        clientele.see_text("card-person", "Борис Петров")?;
        focus(clientele, "card-link")?;
        clientele.press("Enter")?;
        clientele.see_text("card-name", "Борис")?;
        clientele.see_text("card-person-of", "съпруг")?;
        focus(clientele, "card-link")?;
        clientele.press("Enter")?;
        clientele.see_text("card-name", "Ева")?;

        // A picture, and then something that is none.
        let png = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/window.png");
        clientele.stage().display.copy("image/png", &png)?;
        nowhere(clientele)?;
        clientele.press("Control+KeyV")?;
        clientele.see("attachment")?;
        let text = clientele.folder().join("words.txt");
        std::fs::write(&text, "Само думи")?;
        clientele.stage().display.copy("UTF8_STRING", &text)?;
        nowhere(clientele)?;
        clientele.press("Control+KeyV")?;
        clientele.see_text("toast", "clipboard")?;
        // A text field keeps what is pasted into it.
        clientele.press("KeyL")?;
        clientele.press("Control+KeyV")?;
        let typed = "return document.querySelector('[data-testid=log-text]').value";
        clientele.wait_for("the pasted words", || {
            Ok((clientele.script(typed)? == json!("Само думи")).then_some(()))
        })?;
        assert_eq!(clientele.count("attachment")?, 1);

        // On paper. What the system's own dialog does then is not looked at: the sheet is, at the moment of the print.
        nowhere(clientele)?;
        clientele.script(
            "window.print = () => (window.sheet = document.querySelector('[data-testid=print-sheet]').textContent)",
        )?;
        clientele.press("Control+KeyP")?;
        let sheet = clientele.wait_for("a printed sheet", || {
            let sheet = clientele.script("return window.sheet || null")?;
            Ok(sheet.as_str().map(str::to_owned))
        })?;
        for said in [
            "Салон «Хвойна»",
            "Ева Иванова",
            "+359 88 812 3456",
            "съпруг",
            "Борис Петров",
        ] {
            assert!(sheet.contains(said), "{said} is not on the sheet: {sheet}");
        }
        Ok(())
    });
}
