//! A card is linked to another client's by keys, printed, and a picture is pasted onto it.

use std::path::{Path, PathBuf};

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

/// The first PDF in a folder, or in one of its folders.
fn printed(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let is_pdf = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "pdf");
    let found = paths.iter().find(is_pdf).cloned();
    found.or_else(|| {
        paths
            .iter()
            .filter(|path| path.is_dir())
            .find_map(|path| printed(path))
    })
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
        clientele.press("Escape")?;

        // On paper.
        let home = clientele.stage().home();
        nowhere(clientele)?;
        clientele.press("Control+KeyP")?;
        clientele.accept_print_dialog()?;
        let file = clientele.wait_for("a printed sheet", || Ok(printed(&home)))?;
        clientele.wait_for("all of the sheet", || {
            let bytes = std::fs::read(&file)?;
            Ok(bytes.trim_ascii_end().ends_with(b"%%EOF").then_some(()))
        })?;
        Ok(())
    });
}
