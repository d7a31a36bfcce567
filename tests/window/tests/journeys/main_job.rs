//! The main job: the contacts that a salon already has come in, one is found, a call is logged, undone, and kept.

use std::path::Path;

use clientele_window_tests::{Result, Setup, journey};

use crate::steps::make_a_book;

/// Contacts as a phone exported them, where they are beside this checkout; else the same sort of file, made here.
fn contacts(folder: &Path) -> Result<std::path::PathBuf> {
    let real =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cards/ez_John_Doe_ANDROID.vcf");
    let file = folder.join("contacts.vcf");
    if real.is_file() {
        std::fs::copy(real, &file)?;
    } else {
        println!("shared/data is not beside this checkout: a file made here is imported instead");
        let card =
            |n: u32| format!("BEGIN:VCARD\nVERSION:2.1\nN:;Person {n};;;\nTEL;CELL:5555666{n}\nEND:VCARD\n");
        std::fs::write(&file, (1..=6).map(card).collect::<String>())?;
    }
    Ok(file)
}

#[test]
fn contacts_come_in_and_a_call_is_logged() {
    journey("main_job", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        let file = contacts(clientele.folder())?;
        clientele.press("Control+Digit4")?;
        clientele.click("import-choose")?;
        clientele.answer_file_dialog(&file)?;
        clientele.see_text("import-count-new", "6")?;
        clientele.click("import-run")?;
        clientele.see("import-result")?;

        clientele.press("Control+KeyK")?;
        clientele.type_into("search-input", "5566")?;
        clientele.see("search-hit")?;
        clientele.press("Enter")?;
        clientele.see_text("card-phone", "66")?;

        let log = |text: &str| -> Result<()> {
            clientele.press("KeyL")?;
            clientele.type_into("log-text", text)?;
            clientele.press("Control+Enter")?;
            clientele.see_text("contact-text", text)
        };
        log("Asked for Friday")?;
        clientele.click("toast-action")?;
        clientele.see_no("contact-text")?;
        log("Booked for Saturday")?;
        let card = clientele.script("return location.hash")?;

        clientele.restart()?;
        clientele.see_text("status-clients", "6")?;
        clientele.script(&format!("location.hash = {card}"))?;
        clientele.see_text("contact-text", "Booked for Saturday")?;
        let report = clientele.call("book_check", serde_json::Value::Null)?;
        assert_eq!(report["ok"], true, "{report}");
        Ok(())
    });
}
