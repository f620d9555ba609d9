//! The pages of the authorization server.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::authorize::Transaction;
use super::{USERS, describe_scope};
use crate::http::{escape_html, strict_page};

fn page(title: &str, body: &str, form_targets: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{title}</title><link rel=stylesheet href='/style.css'>\
         <main class=card><p class=brand>Sandbox identity</p>{body}</main></html>"
    );
    strict_page(html, form_targets)
}

pub(super) fn sign_in(id: &str, transaction: &Transaction, problem: Option<&str>, redirect_uri: &str) -> Response {
    let tenant = transaction.tenant.as_deref().map(escape_html);
    let tenant = tenant.map(|tenant| format!("<p id=tenant>Tenant <code>{tenant}</code></p>")).unwrap_or_default();
    let problem = problem.map(|text| format!("<p class=problem role=alert>{text}</p>")).unwrap_or_default();
    let users = USERS.map(|(name, password, _)| format!("<code>{name}</code> / <code>{password}</code>")).join(" or ");
    let id = escape_html(id);
    page(
        "Sign in",
        &format!(
            "<h1>Sign in</h1>{tenant}{problem}<p class=hint>Demo users: {users}</p>\
             <form method=post action='/sign-in'><input type=hidden name=transaction value='{id}'>\
             <label for=username>User name</label>\
             <input id=username name=username autocomplete=username autocapitalize=none required autofocus>\
             <label for=password>Password</label>\
             <input id=password name=password type=password autocomplete=current-password required>\
             <button id=sign-in>Sign in</button></form>"
        ),
        &client(redirect_uri),
    )
}

pub(super) fn consent(id: &str, transaction: &Transaction, user: &str, redirect_uri: &str) -> Response {
    let scopes: String = transaction
        .scopes
        .iter()
        .map(|scope| format!("<li>{}<code>{}</code></li>", escape_html(&describe_scope(scope)), escape_html(scope)))
        .collect();
    let tenant = transaction.tenant.as_deref().map(escape_html);
    let tenant = tenant.map(|tenant| format!(" in <code id=tenant>{tenant}</code>")).unwrap_or_default();
    let id = escape_html(id);
    page(
        "Allow access",
        &format!(
            "<h1>Allow access?</h1><p>Signed in as <code>{user}</code>{tenant}. \
             The integration platform asks to:</p><ul>{scopes}</ul>\
             <form method=post action='/consent'><input type=hidden name=transaction value='{id}'>\
             <button id=allow name=decision value=allow>Allow</button>\
             <button id=deny name=decision value=deny class=quiet>Deny</button></form>"
        ),
        &client(redirect_uri),
    )
}

/// Browsers check the target of a redirect after a form against form-action, too.
fn client(redirect_uri: &str) -> String {
    url::Url::parse(redirect_uri).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

pub(super) fn problem(status: StatusCode, text: &str) -> Response {
    let body = format!("<h1>That does not work</h1><p class=problem role=alert>{}</p>", escape_html(text));
    (status, page("Problem", &body, "")).into_response()
}
