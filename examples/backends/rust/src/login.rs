//! The place of your own login. Here everybody who comes is Ada: keep your sessions, your cookie and your CSRF token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) user: &'static str,
    /// One for each customer, from your database; never from a request.
    pub(crate) linked_account: &'static str,
    pub(crate) csrf_token: String,
}

#[derive(Clone)]
pub(crate) struct Logins {
    secure: bool,
    sessions: Arc<Mutex<HashMap<String, Session>>>,
}

impl Logins {
    /// `secure`: the page is served by https.
    pub(crate) fn new(secure: bool) -> Self {
        Self { secure, sessions: Arc::default() }
    }

    fn cookie(&self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    /// Who is signed in.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, id) = pairs.find(|(name, _)| *name == self.cookie())?;
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// A new session, and the cookie that carries it.
    pub(crate) fn sign_in(&self) -> Result<(Session, String), getrandom::Error> {
        let (id, csrf_token) = (random()?, random()?);
        let session = Session { user: "ada", linked_account: "acct_ada", csrf_token };
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), session.clone());
        let secure = if self.secure { "; Secure" } else { "" };
        Ok((session, format!("{}={id}; HttpOnly; SameSite=Lax; Path=/{secure}", self.cookie())))
    }
}

fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
