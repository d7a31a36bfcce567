//! The line against servers that are what they should be, and against those that are not.

use std::sync::{Arc, Mutex};

use clientele_model::{ErrorCode, Refusal};
use clientele_protocol::pairing::pin;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;

/// What a server does once it is spoken to.
#[derive(Clone, Copy)]
enum Manner {
    /// Answers with this status and these bytes.
    Says(&'static str, &'static [u8]),
    /// Answers with the door and the bytes that were sent.
    Echoes,
    /// Goes on and on.
    Endless,
    /// Says nothing.
    Silent,
    /// Hangs up in the middle of the answer.
    HangsUp,
}

/// A server: where it is, and all that it was told.
struct Server {
    address: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

/// A certificate made for itself, with a key that is its own or another's.
struct Papers {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Papers {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["clientele-server".to_owned()]).unwrap();
        Self {
            certificate: made.cert.der().clone(),
            key: PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into()),
        }
    }

    fn pin(&self) -> [u8; 16] {
        pin(&self.certificate)
    }

    /// Shows them whether the key fits or not.
    fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let key = provider
            .key_provider
            .load_private_key(self.key.clone_key())
            .unwrap();
        let shown = Shown(Arc::new(CertifiedKey::new(vec![self.certificate.clone()], key)));
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(shown));
        TlsAcceptor::from(Arc::new(config))
    }
}

#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

impl Server {
    async fn start(tls: Option<TlsAcceptor>, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, hears) = (tls.clone(), Arc::clone(&hears));
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, manner, &hears).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => converse(stream, manner, &hears).await,
                            Err(_) => Ok(()),
                        },
                    }
                });
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    manner: Manner,
    hears: &Mutex<Vec<u8>>,
) -> std::io::Result<()> {
    let mut heard = Vec::new();
    let (door, body) = loop {
        let mut part = [0; 4096];
        let n = stream.read(&mut part).await?;
        hears.lock().unwrap().extend(&part[..n]);
        heard.extend(&part[..n]);
        if n == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&heard).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")
                .map(str::to_owned)
        });
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let body = &heard[head.len() + 4..];
        if body.len() >= length {
            let door = head.split(' ').nth(1).unwrap_or_default().to_owned();
            break (door, body.to_vec());
        }
    };
    let answer = |status: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    match manner {
        Manner::Says(status, body) => stream.write_all(&answer(status, body)).await,
        Manner::Echoes => {
            stream
                .write_all(&answer("200 OK", &[door.as_bytes(), b" ", &body].concat()))
                .await
        }
        Manner::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(&[b'x'; 65536]).await?;
            }
        }
        Manner::Silent => std::future::pending().await,
        Manner::HangsUp => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
                .await?;
            stream.shutdown().await
        }
    }
}

fn line(address: &str, pin: Option<[u8; 16]>) -> Line {
    let soon = Duration::from_millis(2500);
    Line::patient(address, pin, soon, soon).expect("an address")
}

fn code(error: Error) -> ErrorCode {
    Refusal::from(error).code
}

async fn ask(address: &str, pin: Option<[u8; 16]>) -> Result<Vec<u8>, ErrorCode> {
    line(address, pin)
        .send(Ask::Call(b"hello".to_vec()))
        .await
        .map_err(code)
}

#[tokio::test]
async fn the_certificate_of_the_code_is_trusted_and_every_door_is_found() {
    let papers = Papers::new();
    let server = Server::start(Some(papers.acceptor()), Manner::Echoes).await;
    let line = line(&server.address, Some(papers.pin()));
    for (ask, echo) in [
        (Ask::Pair(b"1".to_vec()), "/v1/pair 1"),
        (Ask::Open(b"2".to_vec()), "/v1/open 2"),
        (Ask::Call(vec![b'x'; 300_000]), "/v1/call xxx"),
    ] {
        let answer = line.send(ask).await.unwrap();
        assert!(answer.starts_with(echo.as_bytes()), "{echo}");
    }
}

#[tokio::test]
async fn nobody_else_is_trusted_and_nothing_is_sent_to_them() {
    let (papers, other) = (Papers::new(), Papers::new());
    let thief = Papers {
        certificate: papers.certificate.clone(),
        key: other.key.clone_key(),
    };
    for (what, shows, trusted) in [
        ("another certificate", &papers, Some(other.pin())),
        ("the certificate without its key", &thief, Some(papers.pin())),
        ("nobody vouches for it", &papers, None),
    ] {
        let server = Server::start(Some(shows.acceptor()), Manner::Echoes).await;
        assert_eq!(
            ask(&server.address, trusted).await,
            Err(ErrorCode::HeadOfficeNotTrusted),
            "{what}"
        );
        assert_eq!(server.heard(), 0, "{what}");
    }
    let server = Server::start(None, Manner::Says("200 OK", b"")).await;
    let stream = TcpStream::connect(&server.address).await.unwrap();
    drop(stream);
    // No TLS at all: what was heard there is the first flight of a handshake, in which nothing is told.
    let refused = line(&server.address, Some(papers.pin()))
        .send(Ask::Pair(b"secret of the code".to_vec()))
        .await;
    assert!(refused.is_err());
    let heard = server.heard.lock().unwrap().clone();
    assert!(!heard.windows(6).any(|part| part == b"secret"));
}

#[tokio::test]
async fn who_speaks_no_tls_is_not_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    assert_eq!(
        ask(&address, Some([1; 16])).await,
        Err(ErrorCode::HeadOfficeNotTrusted)
    );
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let papers = Papers::new();
    let unreachable = Err(ErrorCode::HeadOfficeUnreachable);
    for manner in [Manner::Silent, Manner::HangsUp] {
        let server = Server::start(Some(papers.acceptor()), manner).await;
        assert_eq!(ask(&server.address, Some(papers.pin())).await, unreachable);
    }
    // A handshake that never ends.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    assert_eq!(ask(&address, Some(papers.pin())).await, unreachable);
    drop(listener);
    assert_eq!(ask(&address, Some(papers.pin())).await, unreachable);
    assert_eq!(
        ask("no-such-host.invalid:7443", Some(papers.pin())).await,
        unreachable
    );
}

#[tokio::test]
async fn an_answer_is_bounded_and_only_a_servers() {
    let papers = Papers::new();
    let failed = || Err(ErrorCode::HeadOfficeFailed);
    for (manner, expected) in [
        (Manner::Endless, failed()),
        (Manner::Says("404 Not Found", b"nothing here"), failed()),
        (Manner::Says("302 Found", b"elsewhere"), failed()),
        (Manner::Says("500 Internal Server Error", b""), failed()),
        (
            Manner::Says("503 Service Unavailable", b"busy"),
            Ok(b"busy".to_vec()),
        ),
        (
            Manner::Says("429 Too Many Requests", b"busy"),
            Ok(b"busy".to_vec()),
        ),
    ] {
        let server = Server::start(Some(papers.acceptor()), manner).await;
        assert_eq!(ask(&server.address, Some(papers.pin())).await, expected);
    }
}

#[tokio::test]
async fn without_tls_only_to_this_very_machine() {
    let server = Server::start(None, Manner::Echoes).await;
    assert_eq!(
        ask(&format!("http://{}", server.address), None).await.unwrap(),
        b"/v1/call hello"
    );
    for good in [
        "head.example.com:7443",
        "head.example.com",
        "10.0.0.1:1",
        "[::1]:7443",
        "http://[::1]:1",
        "http://localhost:1",
    ] {
        assert!(Line::new(good, None).is_ok(), "{good}");
    }
    for bad in [
        "",
        ":",
        "http://",
        "http://head.example.com:80",
        "http://10.0.0.1:80",
        "http://127.0.0.1.example.com:80",
        "https://head.example.com",
        "user@head.example.com",
        "head.example.com/path",
        "head.example.com?x",
        "head.example.com#x",
        "a b",
        "head.example.com:99999",
        "ftp://head.example.com",
        "http://localhost@evil.example:1",
    ] {
        assert!(matches!(Line::new(bad, None), Err(Error::Address(_))), "{bad}");
    }
}
