//! Clients who were put into the book a second time, by somebody in a hurry: there are some in every book of years.

use clientele_model::ClientDraft;

use super::people;
use super::words::{Country, Sex};

/// One of so many clients is a second card of the one before.
pub(super) const EVERY: u32 = 130;

/// Is this the place of a second card?
pub(super) fn is_place(made: u32) -> bool {
    made % EVERY == EVERY / 2
}

/// Whoever came last, and may be written down again.
pub(super) struct Known {
    pub card: ClientDraft,
    pub origin: Country,
    pub sex: Sex,
}

impl Known {
    /// What was written down the second time: in Latin letters with the number from the telephone, or with a letter
    /// left out and the e-mail that came with a booking. `number` is the phone in E.164.
    pub fn again(&self, in_latin: bool, number: String) -> ClientDraft {
        let mut card = ClientDraft::default();
        if in_latin || self.card.emails.is_empty() {
            card.given_name = people::in_latin_letters(&self.card.given_name, self.origin);
            card.family_name = people::in_latin_letters(&self.card.family_name, self.origin);
            card.phones.clone_from(&self.card.phones);
            card.phones.truncate(1);
            for phone in &mut card.phones {
                phone.typed.clone_from(&number);
            }
        } else {
            card.given_name.clone_from(&self.card.given_name);
            card.family_name = with_a_slip(&self.card.family_name);
            card.emails.clone_from(&self.card.emails);
            card.birthday = self.card.birthday;
        }
        card
    }
}

/// A name without its third letter.
fn with_a_slip(name: &str) -> String {
    let letters = name.chars().enumerate();
    letters
        .filter(|(at, _)| *at != 2)
        .map(|(_, letter)| letter)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_leaves_one_letter_out() {
        assert_eq!(with_a_slip("Иванова"), "Ивнова");
        assert_eq!(with_a_slip("Ли"), "Ли");
    }
}
