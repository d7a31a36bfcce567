//! The computer's secret store does not give the key: the book stays as it is, and the recovery key opens it.

use clientele_window_tests::bus::Keyring;
use clientele_window_tests::{Setup, journey};

use crate::steps::{add_a_client, make_a_book};

#[test]
fn the_recovery_key_opens_the_book() {
    journey("lost_key", Setup::default(), |clientele| {
        let key = make_a_book(clientele)?;
        add_a_client(clientele, "Boris", "Lee", "020 7946 0001")?;
        clientele.close()?;

        clientele.stage().bus.set_keyring(Keyring::Absent)?;
        clientele.open()?;
        clientele.see("locked")?;
        clientele.type_into("locked-key", &key.to_lowercase())?;
        clientele.click("locked-open")?;
        clientele.see_text("client-row", "Boris Lee")?;

        clientele.close()?;
        clientele.stage().bus.set_keyring(Keyring::Unlocked)?;
        clientele.open()?;
        clientele.see_text("client-row", "Boris Lee")
    });
}
