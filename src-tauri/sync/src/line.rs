//! The line to head office's server: HTTP over TLS, bounded in time and bytes.
//!
//! The server is known by the certificate that the pairing code speaks of, or, where the code speaks of none,
//! by those whom this machine trusts. Nothing is said before that is settled.

mod trust;

use std::net::IpAddr;
use std::time::Duration;

use clientele_protocol::MESSAGE_BYTES_MAX;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

use crate::{Ask, Error, Result};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a question may take, from the first byte to the answer's last.
const WHOLE: Duration = Duration::from_secs(60);

/// How this line is written where it leads to this machine itself, and needs no TLS.
const PLAIN: &str = "http://";

/// The way to one server.
#[derive(Clone, Debug)]
pub struct Line {
    client: Client,
    address: String,
    base: String,
}

impl Line {
    /// To `host:port`. Without TLS only to this very machine: `http://127.0.0.1:port`, for a server behind
    /// somebody else's front door.
    ///
    /// # Errors
    /// [`Error::Address`]; [`Error::Broken`] where this machine has no TLS.
    pub fn new(address: &str, pin: Option<[u8; 16]>) -> Result<Self> {
        Self::patient(address, pin, CONNECT, WHOLE)
    }

    fn patient(address: &str, pin: Option<[u8; 16]>, connect: Duration, whole: Duration) -> Result<Self> {
        let wrong = || Error::Address(address.to_owned());
        let (is_plain, host_and_port) = match address.strip_prefix(PLAIN) {
            Some(rest) => (true, rest),
            None => (false, address),
        };
        let scheme = if is_plain { "http" } else { "https" };
        let base = format!("{scheme}://{host_and_port}");
        let url = reqwest::Url::parse(&base).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?.to_owned();
        // Nothing but a host and a port: no user, no path, no question.
        let is_bare = !host_and_port.contains(['/', '?', '#', '@', '\\'])
            && !host_and_port.contains(char::is_whitespace);
        if !is_bare || (is_plain && !is_loopback(&host)) {
            return Err(wrong());
        }
        let config = trust::config(pin).map_err(|error| Error::Broken(error.to_string()))?;
        let mut client = Client::builder()
            .tls_backend_preconfigured(config)
            .https_only(!is_plain)
            .redirect(Policy::none())
            .connect_timeout(connect)
            .timeout(whole)
            .http1_only();
        if is_loopback(&host) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| Error::Broken(told(&error)))?;
        Ok(Self {
            client,
            address: address.to_owned(),
            base,
        })
    }

    /// Says something, and returns what was answered.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::NotTrusted`], [`Error::Broken`].
    pub async fn send(&self, ask: Ask) -> Result<Vec<u8>> {
        let (door, bytes) = match ask {
            Ask::Pair(bytes) => ("pair", bytes),
            Ask::Open(bytes) => ("open", bytes),
            Ask::Call(bytes) => ("call", bytes),
        };
        let request = self.client.post(format!("{}/v1/{door}", self.base)).body(bytes);
        let answer = request.send().await.map_err(|error| self.failed(&error))?;
        match answer.status() {
            // One who is too busy says so in the same words as always.
            StatusCode::OK | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {}
            status => return Err(Error::Broken(format!("the server answers {status}"))),
        }
        self.read(answer).await
    }

    async fn read(&self, mut answer: Response) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| self.failed(&error))? {
            if bytes.len() + part.len() > MESSAGE_BYTES_MAX {
                return Err(Error::Broken("the answer is too long".to_owned()));
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    fn failed(&self, error: &reqwest::Error) -> Error {
        if trust::is_broken(error) {
            Error::NotTrusted(self.address.clone())
        } else if error.is_builder() {
            Error::Address(self.address.clone())
        } else {
            Error::Unreachable(told(error))
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// What went wrong, from the last cause: the first ones only say that something did.
fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
