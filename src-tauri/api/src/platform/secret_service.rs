//! Secrets over the session bus, where Linux desktops keep them.
//!
//! Not through the `keyring` crate: there a locked store and an empty one give the same answer, and a store that was
//! missing at the first question stays missing until the program ends.

use std::collections::HashMap;

use clientele_model::{ErrorCode, Refusal};
use secret_service::blocking::{Collection, Item, SecretService};
use secret_service::{EncryptionType, Error};

use super::IDENTIFIER;
use super::keyring::unavailable;

pub(super) fn get(account: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let service = connect()?;
    match find(&service, account)? {
        Some(item) => Ok(Some(item.get_secret().map_err(refusal)?)),
        None => Ok(None),
    }
}

pub(super) fn set(account: &str, secret: &[u8]) -> Result<(), Refusal> {
    let service = connect()?;
    let collection = match default_collection(&service)? {
        Some(collection) => collection,
        // A store that was never used. It asks the user for a password to protect it with.
        None => service.create_collection("Login", "default").map_err(refusal)?,
    };
    unlock(&collection)?;
    let label = format!("Clientele ({account})");
    let created = collection.create_item(
        &label,
        attributes(account),
        secret,
        true,
        "application/octet-stream",
    );
    created.map(drop).map_err(refusal)
}

pub(super) fn delete(account: &str) -> Result<(), Refusal> {
    let service = connect()?;
    while let Some(item) = find(&service, account)? {
        item.delete().map_err(refusal)?;
    }
    Ok(())
}

/// A new connection each time: the store may have been restarted, or have come up since.
fn connect() -> Result<SecretService<'static>, Refusal> {
    SecretService::connect(EncryptionType::Dh).map_err(refusal)
}

fn attributes(account: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", IDENTIFIER), ("account", account)])
}

/// The unlocked entry of this account. `None` only when every collection that could hide it is open.
fn find<'a>(service: &'a SecretService<'_>, account: &str) -> Result<Option<Item<'a>>, Refusal> {
    let mut found = service.search_items(attributes(account)).map_err(refusal)?;
    if found.unlocked.is_empty() {
        // A store may keep back what lies in a locked collection, so the collection is asked too.
        if let Some(collection) = default_collection(service)? {
            unlock(&collection)?;
        }
        if !found.locked.is_empty() {
            service
                .unlock_all(&found.locked.iter().collect::<Vec<_>>())
                .map_err(refusal)?;
        }
        found = service.search_items(attributes(account)).map_err(refusal)?;
    }
    match found.unlocked.pop() {
        None if !found.locked.is_empty() => Err(ErrorCode::KeyringNoKey.into()),
        item => Ok(item),
    }
}

fn default_collection<'a>(service: &'a SecretService<'_>) -> Result<Option<Collection<'a>>, Refusal> {
    match service.get_default_collection() {
        Ok(collection) => Ok(Some(collection)),
        Err(Error::NoResult) => Ok(None),
        Err(error) => Err(refusal(error)),
    }
}

/// Opens a collection. The store asks the user for the password, if it must.
fn unlock(collection: &Collection<'_>) -> Result<(), Refusal> {
    if collection.is_locked().map_err(refusal)? {
        collection.unlock().map_err(refusal)?;
        collection.ensure_unlocked().map_err(refusal)?;
    }
    Ok(())
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::Locked | Error::Prompt => ErrorCode::KeyringNoKey.into(),
        other => unavailable(other),
    }
}
