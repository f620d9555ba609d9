//! The component's props on a server: what only a browser can hold is dropped at once, since no thread owns a request.

use super::{Grant, Props};
use leptos::html::Div;
use leptos::prelude::NodeRef;
use std::future::Future;
use std::marker::PhantomData;

/// What runs on an event: any closure. A server drops it unused.
pub struct Handler<T>(PhantomData<fn(T)>);

impl<T, F: Fn(T) + 'static> From<F> for Handler<T> {
    fn from(_: F) -> Self {
        Self(PhantomData)
    }
}

/// How the component gets session tokens. A server's own requests need none.
#[derive(Clone)]
pub struct TokenSource(());

impl TokenSource {
    /// As in a browser; `fetch` is dropped uncalled.
    pub fn new<F>(_fetch: impl Fn(String) -> F + 'static) -> Self
    where
        F: Future<Output = Result<Option<Grant>, ()>> + 'static,
    {
        Self(())
    }
}

/// Nothing lives on a server.
pub(super) fn begin(_: NodeRef<Div>, _: Props) {}

#[cfg(test)]
mod tests {
    use super::super::{ConnectFlow, ConnectFlowProps};
    use super::TokenSource;
    use leptos::prelude::{Owner, RenderHtml};

    #[test]
    fn a_server_renders_an_empty_element_and_asks_for_nothing() {
        let html = Owner::new().with(|| {
            let asked = TokenSource::new(|_| async { panic!("no token is asked for on a server") });
            let props = ConnectFlowProps::builder()
                .api_url("https://platform.example.com")
                .get_session_token(asked)
                .on_account_connected(|_| panic!("nothing happens on a server"))
                .build();
            ConnectFlow(props).to_html()
        });
        assert_eq!(html, "<div></div>");
    }
}
