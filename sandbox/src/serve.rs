//! The connection loop: HTTP/1.1 over TCP, with two things axum's own loop cannot do, dropping a connection
//! on purpose and leaving out the `Date` header.

use std::io;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// An extension of a response: close the connection instead of sending it.
#[derive(Clone, Copy)]
pub(crate) struct DropConnection;

/// An extension of a response: send it without `Date`.
#[derive(Clone, Copy)]
pub(crate) struct NoDate;

pub(crate) async fn serve(listener: TcpListener, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: those free up in a moment.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _best_effort = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let router = router.clone();
            async move {
                let Ok(mut response) = router.oneshot(request.map(Body::new)).await;
                if response.extensions().get::<DropConnection>().is_some() {
                    return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
                }
                if response.extensions().get::<NoDate>().is_none() {
                    let date = httpdate::fmt_http_date(SystemTime::now());
                    crate::http::set(response.headers_mut(), header::DATE, &date);
                }
                Ok(response)
            }
        });
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .auto_date_header(false)
                .serve_connection(TokioIo::new(stream), service);
            // A client that goes away in mid-answer is its own business.
            let _closed = connection.await;
        });
    }
}
