//! Somebody starts the program for the first time.

use clientele_window_tests::{Setup, journey};

#[test]
fn the_window_opens_and_draws_its_page() {
    journey("first_start", Setup::default(), |clientele| {
        clientele.see("app")?;
        assert!(clientele.picture()?.is_drawn(), "the page is empty");
        Ok(())
    });
}
