//! Apps, connections and the session: requests as the platform wants them, answers as this component reads them.

use super::apps;
use crate::cut::cut;
use crate::error::{Code, Failure};
use crate::flow::Typed;
use crate::object::{bare, plain};
use crate::platform::model::{App, AuthType, Organisation};
use crate::platform::transport::{Answer, Call, Retry, Transport};
use crate::platform::{ConfigChoice, Listed, Platform, Started};
use crate::session::Lease;
use js_sys::{Array, JSON, JsString, Object};
use std::rc::Rc;
use wasm_bindgen::JsValue;

pub struct Refold {
    pub transport: Rc<Transport>,
    pub config: ConfigChoice,
}

pub(super) fn get(pattern: &str, values: &[&str]) -> Call {
    Call { method: "GET", path: path(pattern, values), body: None, retry: Retry::Safe, lease: None, slug: None }
}

pub(super) fn change(method: &'static str, pattern: &str, values: &[&str], body: Option<JsString>) -> Call {
    let mut call = get(pattern, values);
    (call.method, call.body, call.retry) = (method, body, Retry::Never);
    call
}

/// A path with a value in place of each star.
pub(super) fn path(pattern: &str, values: &[&str]) -> String {
    let (mut path, mut rest) = (String::new(), pattern);
    for value in values {
        let (before, after) = cut(rest, b'*');
        path.push_str(before);
        path.push_str(&String::from(js_sys::encode_uri_component(value)));
        rest = after;
    }
    path.push_str(rest);
    path
}

impl Platform for Refold {
    fn apps(&self) -> Call {
        get("/api/v2/f-sdk/application", &[])
    }

    fn read_apps(&self, answer: Answer) -> Result<Listed, Failure> {
        let body = answer?.reader;
        // Some deployments wrap lists.
        let list = if body.is_array() { body } else { body.get("data") };
        if list.is_array() {
            Ok(apps::list(list, self.transport.origins.clone()))
        } else {
            Err(Code::BadResponse.into())
        }
    }

    fn app(&self, slug: &str) -> Call {
        get("/api/v2/f-sdk/application/*", &[slug])
    }

    fn read_app(&self, slug: &str, answer: Answer) -> Result<Rc<App>, Failure> {
        let app = apps::app(&answer?.reader, &self.transport.origins).filter(|app| app.slug == slug);
        app.ok_or_else(|| Code::BadResponse.into())
    }

    fn organisation(&self) -> Call {
        get("/api/v3/org/basics", &[])
    }

    fn read_organisation(&self, answer: Answer) -> Result<Organisation, Failure> {
        Ok(Organisation { name: answer?.reader.text("name") })
    }

    fn connect(&self, slug: &str, auth_type: AuthType, fields: &Typed) -> Call {
        let (pattern, named) = match auth_type {
            AuthType::OAuth2 => ("/api/v1/*/integrate", None),
            AuthType::KeyBased => ("/api/v2/app/*/save", Some(auth_type)),
        };
        change("POST", pattern, &[slug], Some(body_of(fields, named)))
    }

    fn read_connected(&self, auth_type: AuthType, answer: Answer) -> Result<Started, Failure> {
        let keys = auth_type == AuthType::KeyBased;
        match answer {
            Ok(content) if keys && content.reader.flag("success") => Ok(Started::Saved),
            Ok(content) if !keys => match content.reader.address("auth_url") {
                Some(url) => Ok(Started::At(url)),
                None if content.reader.flag("connected") => Ok(Started::Connected),
                None => Err(Code::BadResponse.into()),
            },
            Ok(_) => Err(Code::BadResponse.into()),
            Err(mut failure) => {
                // This endpoint answers 500 with the reason when the app refuses the credentials.
                if keys && failure.code == Code::ServerError && failure.message.is_some() {
                    failure.code = Code::CredentialsRefused;
                }
                Err(failure)
            }
        }
    }

    fn disconnect(&self, slug: &str, auth_type: AuthType) -> Call {
        change("DELETE", "/api/v1/linked-acc/integration/*?auth_type=*", &[slug, auth_type.as_str()], None)
    }

    fn probe(&self, lease: Lease) -> Call {
        let mut call = get("/api/v2/public/session/active-linked-account", &[]);
        call.lease = Some(lease);
        call
    }

    fn revoke(&self, authorization: JsString) {
        let call = change("POST", "/api/v2/public/session-token/revoke", &[], None);
        self.transport.farewell(&call, authorization);
    }
}

/// A JSON body of texts and lists of texts. It is put together by the browser: what was typed is not copied into memory that
/// nobody wipes.
fn body_of(fields: &Typed, auth_type: Option<AuthType>) -> JsString {
    let body = plain(&[]);
    let put = |name: &str, value: JsValue| {
        // Defining a plain property of a fresh object cannot fail; `__proto__` is a name like any other here.
        let member = bare(&[("value", value), ("enumerable", JsValue::TRUE), ("configurable", JsValue::TRUE)]);
        Object::define_property(&body, &name.into(), &member);
    };
    for (name, value) in &fields.values {
        if !fields.lists.contains(name) {
            put(name, value.as_str().into());
        }
    }
    for list in &fields.lists {
        let values = Array::new();
        for (_, value) in fields.values.iter().filter(|(name, _)| name == list) {
            values.push(&value.as_str().into());
        }
        put(list, values.into());
    }
    if let Some(auth_type) = auth_type {
        put("auth_type", auth_type.as_str().into());
    }
    JSON::stringify(&body).unwrap_or_else(|_| "{}".into())
}
