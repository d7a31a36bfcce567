//! The owner defines a field, fills it in, saves a filter over it and tags all whom it finds: by keyboard alone.

use clientele_window_tests::{Clientele, Result, Setup, journey};
use serde_json::{Value, json};

use crate::steps::{add_a_client, make_a_book};

/// Gives the focus to the first element of a name.
fn focus(clientele: &Clientele, id: &str) -> Result<()> {
    clientele.see(id)?;
    let script = "document.querySelector(`[data-testid=${arguments[0]}]`).focus()";
    clientele.session()?.run(script, &[json!(id)]).map(drop)
}

#[test]
fn an_own_field_is_filled_in_filtered_and_tagged_by_keys() {
    journey("own_fields", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        clientele.stage().display.keyboard("ru")?;
        add_a_client(clientele, "Ева", "Иванова", "+359 888 123 456")?;
        add_a_client(clientele, "Борис", "Петров", "+359 888 123 457")?;

        clientele.script("location.hash = '#/settings'")?;
        focus(clientele, "own-field-add")?;
        clientele.press("Enter")?;
        clientele.type_into("own-field-name", "Shoe size")?;
        focus(clientele, "own-field-kind")?;
        clientele.press("ArrowDown")?;
        clientele.press("ArrowDown")?;
        clientele.press("Enter")?;
        clientele.press("Control+Enter")?;
        clientele.see_text("own-field", "Shoe size")?;

        clientele.script("location.hash = '#/clients'")?;
        focus(clientele, "client-list")?;
        clientele.press("Home")?;
        clientele.see("client-card")?;
        clientele.press("KeyE")?;
        clientele.type_into("custom-field", "38.5")?;
        clientele.press("Control+Enter")?;
        clientele.see_text("card-custom", "38.5")?;

        focus(clientele, "filter-new")?;
        clientele.press("Enter")?;
        clientele.type_into("filter-name", "With a size")?;
        focus(clientele, "filter-on")?;
        clientele.press("ArrowDown")?;
        clientele.press("End")?;
        clientele.press("Enter")?;
        focus(clientele, "filter-test")?;
        clientele.press("ArrowDown")?;
        clientele.press("Home")?;
        clientele.press("Enter")?;
        clientele.type_into("filter-value", "38")?;
        clientele.see_text("filter-finds", "1")?;
        clientele.press("Control+Enter")?;
        clientele.see("filter-do")?;
        clientele.see_text("list-count", "1")?;

        focus(clientele, "filter-do")?;
        clientele.press("ArrowDown")?;
        clientele.press("ArrowDown")?;
        clientele.press("Enter")?;
        clientele.see_text("filter-bulk", "1 client")?;
        clientele.type_into("filter-tag", "June")?;
        clientele.press("Enter")?;
        clientele.see_text("card-tag", "June")?;
        clientele.press("Control+KeyZ")?;
        clientele.see_no("card-tag")?;

        clientele.restart()?;
        clientele.see_text("status-clients", "2")?;
        let fields = clientele.call("custom_fields_counted", Value::Null)?;
        assert_eq!(
            (&fields[0]["kind"], &fields[0]["cards"]),
            (&json!("number"), &json!(1)),
            "{fields}"
        );
        let report = clientele.call("book_check", Value::Null)?;
        assert_eq!(report["ok"], true, "{report}");
        Ok(())
    });
}
