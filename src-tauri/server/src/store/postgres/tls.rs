//! How the line to PostgreSQL is kept from others: the words `sslmode` and `sslrootcert` of a connection string, as
//! PostgreSQL's own programs understand them.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};

use crate::{Error, Result};

/// A database, and how the line to it is kept.
#[derive(Clone)]
pub struct Way {
    /// Where, and as whom.
    pub config: Config,
    /// `None`: in the clear.
    pub tls: Option<MakeRustlsConnect>,
}

impl Way {
    /// From a connection string of either kind.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not understood, and certificates that cannot be read.
    pub fn parse(url: &str) -> Result<Self> {
        let (rest, mut told) = Told::take_out(url)?;
        let mut config: Config = rest.parse()?;
        let root = told.remove("sslrootcert").map(PathBuf::from);
        let mode = told.remove("sslmode").unwrap_or_default();
        let (mode, tls) = match (mode.as_str(), root) {
            ("" | "disable", None) => (SslMode::Disable, None),
            ("prefer", None) => (SslMode::Prefer, Some(unproved()?)),
            ("require", None) => (SslMode::Require, Some(unproved()?)),
            ("verify-full", root) => (SslMode::Require, Some(proved(root)?)),
            (mode, Some(_)) => {
                return Err(Error::Refused(format!(
                    "sslrootcert is for sslmode=verify-full, not for {mode:?}"
                )));
            }
            (mode, None) => {
                return Err(Error::Refused(format!(
                    "sslmode is disable, prefer, require or verify-full, not {mode:?}"
                )));
            }
        };
        config.ssl_mode(mode);
        Ok(Self { config, tls })
    }

    /// Connects, and serves the connection in the background until it is dropped.
    pub async fn connect(&self) -> Result<Client> {
        Ok(match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                tokio::spawn(serve(connection));
                client
            }
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                tokio::spawn(serve(connection));
                client
            }
        })
    }
}

async fn serve(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(%error, "a connection to PostgreSQL broke");
    }
}

/// What a connection string says of TLS; the library does not know all of it.
struct Told;

const WORDS: [&str; 2] = ["sslmode", "sslrootcert"];

impl Told {
    /// The string without those words, and the words.
    fn take_out(url: &str) -> Result<(String, std::collections::HashMap<String, String>)> {
        let mut told = std::collections::HashMap::new();
        let is_ours = |key: &str| WORDS.contains(&key);
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let Some((place, words)) = url.split_once('?') else {
                return Ok((url.to_owned(), told));
            };
            let mut rest = Vec::new();
            for word in words.split('&') {
                match word.split_once('=') {
                    Some((key, value)) if is_ours(key) => {
                        told.insert(key.to_owned(), unescaped(value)?);
                    }
                    _ => rest.push(word),
                }
            }
            return Ok((format!("{place}?{}", rest.join("&")), told));
        }
        let mut rest = String::new();
        let mut left = url.trim_start();
        while !left.is_empty() {
            let begun = left;
            let (key, after) = left
                .split_once('=')
                .ok_or_else(|| Error::Refused("the connection string is not readable".to_owned()))?;
            let (value, after) = value_at(after.trim_start());
            left = after.trim_start();
            if is_ours(key.trim()) {
                told.insert(key.trim().to_owned(), value);
            } else {
                rest.push_str(&begun[..begun.len() - after.len()]);
                rest.push(' ');
            }
        }
        Ok((rest, told))
    }
}

/// A value, quoted or not, and what stands after it.
fn value_at(text: &str) -> (String, &str) {
    let (is_quoted, text) = text.strip_prefix('\'').map_or((false, text), |text| (true, text));
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            '\'' if is_quoted => return (value, &text[at + 1..]),
            letter if !is_quoted && letter.is_whitespace() => return (value, &text[at..]),
            letter => value.push(letter),
        }
    }
    (value, "")
}

/// A value of a URL: `%2F` is a slash.
fn unescaped(value: &str) -> Result<String> {
    let wrong = || Error::Refused(format!("{value:?} is not readable in a URL"));
    let mut bytes = Vec::new();
    let mut letters = value.bytes();
    while let Some(letter) = letters.next() {
        if letter == b'%' {
            let pair = [letters.next(), letters.next()];
            let pair: Option<Vec<u8>> = pair.into_iter().collect();
            let pair = String::from_utf8(pair.ok_or_else(wrong)?).map_err(|_| wrong())?;
            bytes.push(u8::from_str_radix(&pair, 16).map_err(|_| wrong())?);
        } else {
            bytes.push(letter);
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

fn wrong(error: &impl std::fmt::Display) -> Error {
    Error::Refused(format!("no TLS to PostgreSQL: {error}"))
}

fn config() -> Result<tokio_rustls::rustls::ConfigBuilder<ClientConfig, tokio_rustls::rustls::WantsVerifier>>
{
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))
}

/// Nobody listens; but whoever answers is believed.
fn unproved() -> Result<MakeRustlsConnect> {
    let config = config()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(ring::default_provider())))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Nobody listens, and the certificate is the host's: vouched for by those of a file, or by whom the system trusts.
fn proved(root: Option<PathBuf>) -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    let certificates = match root {
        Some(root) => CertificateDer::pem_file_iter(&root)
            .and_then(Iterator::collect)
            .map_err(|error| wrong(&format!("{}: {error}", root.display())))?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        return Err(wrong(&"there is no certificate to hold the server's against"));
    }
    let config = config()?.with_root_certificates(roots).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[derive(Debug)]
struct Anyone(CryptoProvider);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connection_string_says_of_tls_is_taken_out_of_it() {
        for (url, rest, mode, root) in [
            ("host=db user=a", "host=db user=a", "", ""),
            (
                "host=db sslmode=verify-full sslrootcert='/a b/c.pem' user = 'x y'",
                "host=db user = 'x y'",
                "verify-full",
                "/a b/c.pem",
            ),
            (
                r"sslmode = require password='it\'s sslmode=disable'",
                r"password='it\'s sslmode=disable'",
                "require",
                "",
            ),
            (
                "postgres://a:b@db:5432/c?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fa%20b",
                "postgres://a:b@db:5432/c?connect_timeout=3",
                "verify-full",
                "/a b",
            ),
            ("postgresql://db/c", "postgresql://db/c", "", ""),
        ] {
            let (left, told) = Told::take_out(url).unwrap();
            assert_eq!(left.trim(), rest, "{url}");
            assert_eq!(told.get("sslmode").map_or("", String::as_str), mode, "{url}");
            assert_eq!(told.get("sslrootcert").map_or("", String::as_str), root, "{url}");
            left.parse::<Config>().unwrap();
        }
        for url in [
            "host=db sslmode=verify-ca",
            "host=db sslmode=require sslrootcert=/a",
            "host=db sslmode=verify-full sslrootcert=/nowhere/at/all.pem",
            "postgres://db/c?sslmode=%zz",
            "sslmode",
        ] {
            assert!(Way::parse(url).is_err(), "{url}");
        }
    }
}
