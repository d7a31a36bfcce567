//! The server's doors to the network: HTTP over TLS, bounded in bytes, time and number.

mod limits;
mod metrics;
pub mod tls;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clientele_model::Timestamp;
use clientele_protocol::bytes::encode;
use clientele_protocol::message::No;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;

pub use self::limits::Limits;
use self::limits::Rates;
use self::metrics::Metrics;
use crate::store::Storage;
use crate::{Path, Result, Service};

/// How long a message may take, from its first byte to the answer's last.
const MESSAGE_SECONDS: u64 = 60;

/// How long a TLS handshake and the head of a message may take.
const HANDSHAKE_SECONDS: u64 = 10;

/// How long those who are being answered are waited for when the server stops.
const GRACE_SECONDS: u64 = 20;

struct Door<S> {
    service: Arc<Service<S>>,
    rates: Rates,
    at_once: Semaphore,
    metrics: Metrics,
    /// Rung when something went into the log.
    bell: Arc<Notify>,
    /// Does somebody else stand before us who tells for whom he asks?
    is_behind_proxy: bool,
}

/// Serves until `stop` is done, and then answers those who have asked.
///
/// # Errors
/// Where nobody can listen there.
pub async fn serve<S: Storage>(
    service: Arc<Service<S>>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let bell = Arc::new(Notify::new());
    let door = Arc::new(Door {
        rates: Rates::new(limits),
        at_once: Semaphore::new(limits.at_once),
        metrics: Metrics::new()?,
        bell: bell.clone(),
        is_behind_proxy: tls.is_none(),
        service: service.clone(),
    });
    let settling = tokio::spawn(settle(service.clone(), bell.clone()));
    let app = Router::new()
        .route("/v1/pair", post(pair))
        .route("/v1/open", post(open))
        .route("/v1/call", post(call))
        .route("/health", get(health))
        .route("/metrics", get(tell_metrics))
        .layer(DefaultBodyLimit::max(clientele_protocol::MESSAGE_BYTES_MAX))
        .with_state(door);
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(limits.connections));
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, as a rule: some will be closed.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(permit) = connections.clone().try_acquire_owned() else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (app, tls, watcher) = (app.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _permit = permit;
            match tls {
                None => converse(stream, peer, app, watcher).await,
                Some(tls) => {
                    let handshake = Duration::from_secs(HANDSHAKE_SECONDS);
                    if let Ok(Ok(stream)) = tokio::time::timeout(handshake, tls.accept(stream)).await {
                        converse(stream, peer, app, watcher).await;
                    }
                }
            }
        });
    }
    drop(listener);
    tracing::info!("stopping");
    let grace = Duration::from_secs(GRACE_SECONDS);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("some who asked were not answered in time");
    }
    settling.abort();
    Ok(())
}

/// Speaks over one connection until its end.
async fn converse<IO>(io: IO, peer: SocketAddr, app: Router, watcher: hyper_util::server::graceful::Watcher)
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let app = app.layer(axum::Extension(ConnectInfo(peer)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(MESSAGE_SECONDS))
        .serve_connection(TokioIo::new(io), TowerToHyperService::new(app));
    // Who hangs up in the middle of a word is no error of ours.
    let _ = watcher.watch(connection).await;
}

/// Brings the plain tables up to date and finishes erasures, whenever something came, and every minute. While
/// devices push one batch after the other, they come first; where nothing comes for a while, the files are tidied.
async fn settle<S: Storage>(service: Arc<Service<S>>, bell: Arc<Notify>) {
    let mut failed: Option<Instant> = None;
    loop {
        // An erasure that cannot be finished now (a long report is open) is not begun anew with each push: on
        // PostgreSQL that writes tables anew, and pushes wait for it.
        let settled = if failed.is_some_and(|failed| failed.elapsed() < AGAIN_AFTER) {
            service.follow_all().await
        } else {
            let settled = service.settle_all().await;
            failed = settled.is_err().then(Instant::now);
            settled
        };
        if let Err(error) = settled {
            tracing::error!(%error, "the plain tables are not up to date, or what was erased is not gone yet");
        }
        if tokio::time::timeout(REST_AFTER, bell.notified()).await.is_err() {
            if let Err(error) = service.rest_all().await {
                tracing::warn!(%error, "the files could not be tidied");
            }
            let _ = tokio::time::timeout(AGAIN_AFTER, bell.notified()).await;
        }
        let rung = Instant::now();
        while rung.elapsed() < SETTLE_WITHIN
            && tokio::time::timeout(SETTLE_AFTER, bell.notified()).await.is_ok()
        {}
    }
}

/// So long after it failed an erasure is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// So long after the last push the plain tables follow,
const SETTLE_AFTER: Duration = Duration::from_millis(200);

/// and so long after the first at the latest.
const SETTLE_WITHIN: Duration = Duration::from_secs(5);

/// So long after that the files are tidied, if nothing comes.
const REST_AFTER: Duration = Duration::from_secs(2);

type At<S> = State<Arc<Door<S>>>;
type Peer = axum::Extension<ConnectInfo<SocketAddr>>;

async fn pair<S: Storage>(at: At<S>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    answer(at.0.clone(), Path::Pair, address(&at, &peer, &headers), body).await
}

async fn open<S: Storage>(at: At<S>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    answer(at.0.clone(), Path::Open, address(&at, &peer, &headers), body).await
}

async fn call<S: Storage>(at: At<S>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    answer(at.0.clone(), Path::Call, address(&at, &peer, &headers), body).await
}

/// Who asks: the peer, or whoever the proxy on this same machine says.
fn address<S>(at: &At<S>, peer: &Peer, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers
        .get("x-forwarded-for")
        .filter(|_| at.is_behind_proxy)
        .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    forwarded.unwrap_or_else(|| peer.0.0.ip())
}

async fn answer<S: Storage>(door: Arc<Door<S>>, path: Path, from: IpAddr, body: Bytes) -> Response {
    let began = Instant::now();
    let busy = |status: StatusCode| {
        let busy = clientele_protocol::Response::No(No::Busy);
        (status, encode(&busy)).into_response()
    };
    if !door.rates.allow(path, from) {
        door.metrics.turned_away();
        return busy(StatusCode::TOO_MANY_REQUESTS);
    }
    let Ok(_permit) = door.at_once.try_acquire() else {
        door.metrics.turned_away();
        return busy(StatusCode::SERVICE_UNAVAILABLE);
    };
    // On its own: who hangs up does not leave a half-finished transaction of several behind.
    let working = tokio::spawn({
        let door = door.clone();
        async move {
            let batches = door.service.stats().batches.get();
            let answer = door.service.handle(path, &body, Timestamp::now().0).await;
            if door.service.stats().batches.get() != batches {
                door.bell.notify_one();
            }
            answer
        }
    });
    let limit = Duration::from_secs(MESSAGE_SECONDS);
    let answer = match tokio::time::timeout(limit, working).await {
        Ok(Ok(answer)) => answer.into_response(),
        Ok(Err(_)) | Err(_) => busy(StatusCode::SERVICE_UNAVAILABLE),
    };
    door.metrics.answered(path, began.elapsed());
    answer
}

async fn health<S: Storage>(at: At<S>) -> Response {
    match at.service.health().await {
        Ok(()) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "unwell");
            (StatusCode::SERVICE_UNAVAILABLE, "unwell\n").into_response()
        }
    }
}

/// Numbers for this machine's own monitoring, and for nobody from afar.
async fn tell_metrics<S: Storage>(at: At<S>, peer: Peer, headers: HeaderMap) -> Response {
    if !address(&at, &peer, &headers).is_loopback() {
        return StatusCode::NOT_FOUND.into_response();
    }
    match at.metrics.tell(&at.service).await {
        Ok(text) => text.into_response(),
        Err(error) => {
            tracing::error!(%error, "no metrics");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
