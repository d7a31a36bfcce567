//! Dark is dark in what the page does not draw itself, too: the list of suggestions is a window of the toolkit.

use std::time::Duration;

use clientele_window_tests::error::wait_for;
use clientele_window_tests::{Clientele, Result, Setup, journey};
use serde_json::json;

use crate::steps::{add_a_client, make_a_book};

/// A list with one line has more pixels than this; a blinking cursor and a typed letter fewer.
const LIST_PIXELS_MIN: usize = 8_000;

/// What part of the list of suggestions is light, once it is there.
fn light_of_suggestions(clientele: &mut Clientele) -> Result<f64> {
    clientele.press("KeyE")?;
    clientele.see("tag-input")?;
    clientele
        .script("document.querySelector('[data-testid=tag-input]').scrollIntoView({ block: 'center' })")?;
    // What moves until it has come to rest is no list.
    std::thread::sleep(Duration::from_millis(400));
    let before = clientele.stage().display.picture()?;
    clientele.click("tag-input")?;
    clientele.press("KeyV")?;
    let display = &clientele.stage().display;
    let mut light = 0.0;
    wait_for("a list of suggestions", Duration::from_secs(5), || {
        let (pixels, of_it) = display.picture()?.changed_since(&before);
        light = of_it;
        Ok((pixels > LIST_PIXELS_MIN).then_some(()))
    })?;
    Ok(light)
}

#[test]
fn a_list_of_suggestions_is_as_light_or_dark_as_the_window() {
    journey("dark", Setup::default(), |clientele| {
        make_a_book(clientele)?;
        add_a_client(clientele, "Eva", "Ivanova", "+359 888 123 456")?;
        clientele.press("KeyE")?;
        clientele.type_into("tag-input", "vip")?;
        clientele.press("Control+Enter")?;
        clientele.see_text("client-card", "vip")?;
        add_a_client(clientele, "Boris", "Petrov", "+359 888 123 457")?;
        for (theme, is_light) in [("dark", false), ("light", true), ("dark", false)] {
            clientele.call("preferences_save", json!({"language": "en", "theme": theme}))?;
            clientele.restart()?;
            clientele.script("location.hash = '#/clients'")?;
            clientele.press("Slash")?;
            clientele.fill("search-input", "Boris")?;
            clientele.see_text("search-hit", "Boris")?;
            clientele.press("Enter")?;
            clientele.see_text("card-name", "Boris")?;
            let light = light_of_suggestions(clientele)?;
            assert_eq!(light > 0.5, is_light, "{theme}: {light:.2} of it is light");
        }
        Ok(())
    });
}
