//! Clients come from a file that is chosen in the system's own dialog, and the whole import is undone in one step.

use clientele_window_tests::{Setup, journey};

use crate::steps::make_a_book;

#[test]
fn a_file_is_looked_at_imported_and_undone() {
    journey("import_from_a_file", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        let file = clientele.folder().join("Клиенти 2026.csv");
        std::fs::write(
            &file,
            "Име;Фамилия;Телефон\nМария;Петрова;0888 111 222\nЕлена;Димитрова;0888 333 444\n",
        )?;

        clientele.press("Control+Digit4")?;
        clientele.click("import-choose")?;
        clientele.cancel_file_dialog()?;
        clientele.click("import-choose")?;
        clientele.answer_file_dialog(&file)?;
        clientele.see_text("import-count-new", "2")?;
        clientele.click("import-run")?;
        clientele.see("import-result")?;

        clientele.press("Control+Digit1")?;
        clientele.see_text("status-clients", "2")?;
        clientele.press("Control+KeyZ")?;
        clientele.see("list-empty").map(drop)
    });
}
