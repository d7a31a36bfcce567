//! `serve`.

use std::sync::Arc;

use clientele_server::http::{Limits, serve as serve_http};
use clientele_server::{Result, Service, Settings};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{Serve, refused};

/// Serves until SIGTERM or SIGINT.
pub async fn serve(arguments: Serve) -> Result<()> {
    let filter = EnvFilter::try_new(&arguments.log).map_err(|error| refused(error.to_string()))?;
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    if arguments.plain_http && !arguments.listen.ip().is_loopback() {
        return Err(refused("without TLS the server listens on 127.0.0.1 or ::1 only"));
    }
    let storage = arguments.place.open().await?;
    let tls = if arguments.plain_http {
        None
    } else {
        let files = arguments.certificate.files(&arguments.place);
        if arguments.certificate.tls_cert.is_none() {
            files.make()?;
        }
        Some(files.acceptor()?)
    };
    let settings = Settings {
        settles_at_once: false,
        calls_per_second: Some(arguments.per_device),
        ..Settings::new()?
    };
    let limits = Limits {
        per_address: arguments.per_address,
        ..Limits::default()
    };
    let service = Arc::new(Service::new(storage, settings));
    let stop = stop()?;
    let listener = TcpListener::bind(arguments.listen).await?;
    let listening = listener.local_addr()?;
    tracing::info!(%listening, tls = tls.is_some(), "serving");
    // Whoever started the server and asked for any free port reads here which it is.
    println!("listening on {listening}");
    serve_http(service, listener, tls, limits, stop).await
}

/// Done when the server is told to stop.
#[cfg(unix)]
fn stop() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// Done when the server is told to stop.
#[cfg(not(unix))]
fn stop() -> Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
