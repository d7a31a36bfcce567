//! Secrets in the Keychain of macOS and the Credential Manager of Windows.

use std::sync::Arc;

use clientele_model::{ErrorCode, Refusal};
use keyring_core::{CredentialStore, Entry, Error};

use super::IDENTIFIER;
use super::keyring::unavailable;

pub(super) fn get(account: &str) -> Result<Option<Vec<u8>>, Refusal> {
    found(entry(account)?.get_secret())
}

pub(super) fn set(account: &str, secret: &[u8]) -> Result<(), Refusal> {
    entry(account)?.set_secret(secret).map_err(refusal)
}

pub(super) fn delete(account: &str) -> Result<(), Refusal> {
    found(entry(account)?.delete_credential()).map(drop)
}

fn entry(account: &str) -> Result<Entry, Refusal> {
    store()
        .and_then(|store| store.build(IDENTIFIER, account, None))
        .map_err(refusal)
}

fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    #[cfg(target_os = "macos")]
    return Ok(apple_native_keyring_store::keychain::Store::new()?);
    #[cfg(target_os = "windows")]
    return Ok(windows_native_keyring_store::Store::new()?);
}

fn found<T>(outcome: keyring_core::Result<T>) -> Result<Option<T>, Refusal> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refusal(error)),
    }
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::NoStorageAccess(_) => ErrorCode::KeyringNoKey.into(),
        other => unavailable(other),
    }
}
