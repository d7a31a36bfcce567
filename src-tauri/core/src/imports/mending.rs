//! What is mended about a record before it is looked at.

use clientele_model::ClientDraft;

/// A foreign file's small sins do not cost a person: what is no phone number and no address of e-mail
/// goes to the notes, where it can be read and mended.
pub(super) fn mendable(mut card: ClientDraft) -> ClientDraft {
    let mut odd: Vec<String> = Vec::new();
    card.phones.retain(|phone| {
        let keep = phone.typed.trim().is_empty() || !clientele_model::text::digits(&phone.typed).is_empty();
        if !keep {
            odd.push(phone.typed.trim().to_owned());
        }
        keep
    });
    card.emails.retain(|email| {
        let keep = email.address.trim().is_empty() || clientele_model::text::is_email(email.address.trim());
        if !keep {
            odd.push(email.address.trim().to_owned());
        }
        keep
    });
    for text in odd {
        if !card.notes.is_empty() {
            card.notes.push('\n');
        }
        card.notes.push_str(&text);
    }
    card
}
