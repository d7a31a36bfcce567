//! Strings that would run, break out or turn the text around: shown as text in every field, and nothing runs.

use clientele_window_tests::{Setup, journey};
use serde_json::json;

use crate::steps::make_a_book;

/// Each would set `window.ran`, if anything in the window ran it.
const HOSTILE: [&str; 10] = [
    "<script>window.ran = 1</script>",
    "<img src=x onerror=\"window.ran = 1\">",
    "\"><svg onload=\"window.ran = 1\">",
    "{@html '<img src=x onerror=window.ran=1>'}",
    "{{constructor.constructor('window.ran = 1')()}}",
    "javascript:window.ran=1",
    "=HYPERLINK(\"javascript:window.ran=1\")",
    "\u{202E}обърнато\u{2066}",
    "<iframe srcdoc=\"<script>parent.ran = 1</script>\">",
    "<a href=\"javascript:window.ran=1\" autofocus onfocus=\"window.ran=1\">x</a>",
];

#[test]
fn hostile_strings_are_shown_as_text() {
    journey("hostile_strings", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        let long = "Щ".repeat(50_000);
        for text in HOSTILE.into_iter().chain([long.as_str()]) {
            let after = json!({
                "kind": "person", "given_name": text, "patronymic": text, "family_name": text, "company_name": text,
                "other_names": [{"label": text, "name": text}],
                "phones": [{"label": text, "typed": "0888 123 456"}],
                "emails": [{"label": text, "address": "a@example.com"}],
                "addresses": [{"label": text, "street": text, "city": text, "region": text, "postal_code": text, "country": text}],
                "messengers": [{"service": text, "handle": text}],
                "contact_persons": [{"name": text, "role": text, "phone": text, "email": text, "note": text}],
                "source": text, "card_number": text, "tags": [text], "notes": text, "expects": text, "never": text,
            });
            let saved = clientele.call("client_save", json!({"id": null, "before": null, "after": after}))?;
            let id = saved["value"].as_str().unwrap_or_default().to_owned();
            let draft = json!({"kind": "note", "direction": null, "channel": null, "at": 1_790_000_000_000_i64, "text": text});
            clientele.call(
                "contact_save",
                json!({"id": null, "client_id": id, "draft": draft}),
            )?;
            for screen in ["", "/edit", "/history"] {
                clientele.script(&format!("location.hash = '#/clients/{id}{screen}'"))?;
                clientele.see(match screen {
                    "" => "card-never",
                    "/edit" => "field[data-field=given_name]",
                    _ => "who-entry",
                })?;
                // Elements that no template of ours has: markup that became part of the page.
                let foreign = clientele.script(
                    "return document.querySelectorAll('body script, img, iframe, object, [onload], [onerror], [onfocus]').length",
                )?;
                assert_eq!(foreign, 0, "{screen}: {:.60}", text);
            }
            clientele.script("location.hash = '#/clients'")?;
        }
        clientele.press("Slash")?;
        clientele.type_into("search-input", "window.ran")?;
        clientele.see("search-hit")?;
        clientele.press("Escape")?;
        clientele.press("Control+Digit2")?;
        clientele.see("history-row")?;
        assert_eq!(
            clientele.script("return window.ran ?? null")?,
            serde_json::Value::Null
        );
        Ok(())
    });
}
