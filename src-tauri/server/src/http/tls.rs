//! By which certificate the server is known: one that the house brings, or one that it makes for itself once.
//! The pairing code tells the devices which; they trust that one and no other.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, Result, files};

/// The two files.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate, with those that vouch for it, in PEM.
    pub certificate: PathBuf,
    /// Its key, in PEM.
    pub key: PathBuf,
}

/// What stands in the two files. It is shown to nobody: one of them is secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

fn wrong(error: &impl std::fmt::Display) -> Error {
    Error::Refused(format!("the certificate cannot be used: {error}"))
}

impl Files {
    /// Those that the server makes for itself.
    #[must_use]
    pub fn own(folder: &Path) -> Self {
        Self {
            certificate: folder.join("certificate.pem"),
            key: folder.join("certificate-key.pem"),
        }
    }

    /// Makes them where there are none.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn make(&self) -> Result<()> {
        if self.certificate.exists() && self.key.exists() {
            return Ok(());
        }
        let names = vec!["clientele-server".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(|error| wrong(&error))?;
        if let Some(folder) = self.certificate.parent() {
            files::make_folder(folder)?;
        }
        // The certificate last: where it is, its key is.
        write_new(&self.key, made.signing_key.serialize_pem().as_bytes())?;
        write_new(&self.certificate, made.cert.pem().as_bytes())
    }

    /// What stands in them; none where one of them is missing, as before the first start.
    ///
    /// # Errors
    /// What the file system says.
    pub fn read(&self) -> Result<Option<Pair>> {
        if !(self.certificate.exists() && self.key.exists()) {
            return Ok(None);
        }
        Ok(Some(Pair {
            certificate: std::fs::read(&self.certificate)?,
            key: std::fs::read(&self.key)?,
        }))
    }

    /// May this pair stand there? Not where there is another: somebody's devices trust that one.
    ///
    /// # Errors
    /// [`Error::Refused`]; what the file system says.
    pub fn may_put(&self, pair: &Pair) -> Result<()> {
        match self.read()? {
            Some(other) if other != *pair => Err(Error::Refused(format!(
                "{} is another certificate than that of the backup, which its devices trust: take it and {} away first",
                self.certificate.display(),
                self.key.display(),
            ))),
            _ => Ok(()),
        }
    }

    /// Puts a pair there.
    ///
    /// # Errors
    /// As [`Self::may_put`].
    pub fn put(&self, pair: &Pair) -> Result<()> {
        self.may_put(pair)?;
        if let Some(folder) = self.certificate.parent() {
            files::make_folder(folder)?;
        }
        write_new(&self.key, &pair.key)?;
        write_new(&self.certificate, &pair.certificate)
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect)
            .map_err(|error| wrong(&error))
    }

    /// How devices know the certificate.
    ///
    /// # Errors
    /// Where there is none.
    pub fn pin(&self) -> Result<[u8; 16]> {
        let certificates = self.certificates()?;
        let first = certificates
            .first()
            .ok_or_else(|| wrong(&"the file holds none"))?;
        Ok(clientele_protocol::pairing::pin(first))
    }

    /// What takes connections with it.
    ///
    /// # Errors
    /// Where the files are not what they should be.
    pub fn acceptor(&self) -> Result<TlsAcceptor> {
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| wrong(&error))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&error))?
            .with_no_client_auth()
            .with_single_cert(self.certificates()?, key)
            .map_err(|error| wrong(&error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Writes a file that only its owner reads. One half-written at an earlier start is written anew.
fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    let mut file = files::begin(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    files::give_to_folder_owner(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_its_key_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::own(&folder.path().join("new"));
        assert!(files.pin().is_err());
        files.make().unwrap();
        let pin = files.pin().unwrap();
        files.make().unwrap();
        assert_eq!(files.pin().unwrap(), pin);
        assert!(files.acceptor().is_ok());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&files.key).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
        std::fs::write(&files.certificate, "nothing of the kind").unwrap();
        assert!(files.acceptor().is_err() && files.pin().is_err());
    }
}
