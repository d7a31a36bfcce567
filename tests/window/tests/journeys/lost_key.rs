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

        for trouble in ["absent", "locked", "emptied"] {
            match trouble {
                "absent" => clientele.stage().bus.set_keyring(Keyring::Absent)?,
                "locked" => clientele.stage().bus.set_keyring(Keyring::Locked)?,
                _ => clientele.stage().bus.empty_keyring()?,
            }
            clientele.open()?;
            clientele.see("locked")?;
            clientele.type_into("locked-key", &key.to_lowercase())?;
            clientele.click("locked-open")?;
            clientele.see_text("client-row", "Boris Lee")?;
            clientele.close()?;
        }

        // The emptied store was given the key again; from here on the book opens by itself.
        clientele.open()?;
        clientele.see_text("client-row", "Boris Lee")
    });
}
