//! What many journeys begin with.

use clientele_window_tests::{Clientele, Result};

/// Makes the first book on this machine, and returns its recovery key.
pub fn make_a_book(clientele: &Clientele) -> Result<String> {
    clientele.fill("welcome-name", "Салон «Хвойна»")?;
    clientele.click("welcome-create")?;
    let key = clientele.attribute("recovery-key", "data-key")?;
    clientele.click("recovery-confirm")?;
    clientele.click("recovery-continue")?;
    clientele.see("list-empty")?;
    Ok(key)
}

/// Adds a client, from anywhere in the open book.
pub fn add_a_client(clientele: &Clientele, given_name: &str, family_name: &str, phone: &str) -> Result<()> {
    clientele.press("KeyN")?;
    clientele.type_into("field[data-field=given_name]", given_name)?;
    clientele.type_into("field[data-field=family_name]", family_name)?;
    clientele.click("add-phone")?;
    clientele.type_into("field[data-field=phone]", phone)?;
    clientele.press("Control+Enter")?;
    clientele.see_text("card-name", given_name)
}
