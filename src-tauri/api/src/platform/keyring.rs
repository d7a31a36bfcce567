//! The operating system's secret store, as the api wants it: it answers within seconds, or says that it does not.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clientele_model::{ErrorCode, Refusal};

#[cfg(any(target_os = "macos", target_os = "windows"))]
use super::native_store as store;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
use super::secret_service as store;
use crate::host::SecretStore;

/// How long a store may take. One that is locked asks the user for a password meanwhile: whoever types longer is asked
/// to try again, and then finds it open.
const PATIENCE: Duration = Duration::from_secs(8);

/// The secret store of the user who is signed in: Keychain on macOS, Credential Manager on Windows, the Secret Service
/// (GNOME Keyring, KWallet, KeePassXC) elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsKeyring;

impl SecretStore for OsKeyring {
    fn get(&self, account: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let account = account.to_owned();
        within(PATIENCE, move || store::get(&account))
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<(), Refusal> {
        let (account, secret) = (account.to_owned(), secret.to_vec());
        within(PATIENCE, move || store::set(&account, &secret))
    }

    fn delete(&self, account: &str) -> Result<(), Refusal> {
        let account = account.to_owned();
        within(PATIENCE, move || store::delete(&account))
    }
}

/// No store answers, or it answers with an error.
pub(super) fn unavailable(detail: impl ToString) -> Refusal {
    Refusal::new(ErrorCode::KeyringUnavailable).with("detail", detail)
}

/// Waits for an answer, but not for ever: a store whose window nobody sees never gives one. The thread that asked is
/// then left behind, and ends when the store does.
fn within<T: Send + 'static>(
    patience: Duration,
    ask: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(ask()));
    match receiver.recv_timeout(patience) {
        Ok(answer) => answer,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(unavailable("it does not answer")),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(unavailable("it broke off")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_store_is_unavailable() {
        let silent = within(Duration::from_millis(20), || {
            thread::sleep(Duration::from_secs(2));
            Ok(())
        });
        assert_eq!(silent.unwrap_err().code, ErrorCode::KeyringUnavailable);
    }

    #[test]
    fn a_store_that_panics_is_unavailable() {
        let broken = within::<()>(Duration::from_secs(5), || panic!("a broken store"));
        assert_eq!(broken.unwrap_err().code, ErrorCode::KeyringUnavailable);
    }
}
