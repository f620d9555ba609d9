//! Apps, connections and the session: requests as the platform wants them, answers as this component reads them.

use super::apps::{self, Icons};
use crate::cut::cut;
use crate::error::{Code, Failure};
use crate::flow::Typed;
use crate::gather::Gather;
use crate::platform::model::{App, AuthType, Organisation};
use crate::platform::transport::{Answer, Call, Retry, Transport, json_of};
use crate::platform::{ConfigChoice, Listed, Platform, Started};
use crate::session::Lease;
use js_sys::{Array, JsString};
use std::rc::Rc;
use wasm_bindgen::JsValue;

pub struct Refold {
    pub transport: Rc<Transport>,
    pub config: ConfigChoice,
}

impl Refold {
    fn icons(&self) -> Icons {
        Icons::of(&self.transport.origins)
    }
}

pub(super) fn get(pattern: &str, values: &[&str]) -> Call {
    Call { method: "GET", path: path(pattern, values), body: None, retry: Retry::Safe, lease: None, slug: None }
}

pub(super) fn change(method: &'static str, pattern: &str, values: &[&str], body: Option<JsString>) -> Call {
    Call { method, body, retry: Retry::Never, ..get(pattern, values) }
}

/// A path with a value in place of each star.
pub(super) fn path(pattern: &str, values: &[&str]) -> String {
    let (mut path, mut rest) = (String::new(), pattern);
    for value in values {
        let (before, after) = cut(rest, '*');
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
        if list.is_array() { Ok(apps::list(list, self.icons())) } else { Err(Code::BadResponse.into()) }
    }

    fn app(&self, slug: &str) -> Call {
        get("/api/v2/f-sdk/application/*", &[slug])
    }

    fn read_app(&self, slug: &str, answer: Answer) -> Result<Rc<App>, Failure> {
        let app = apps::app(&answer?.reader, &self.icons()).filter(|app| app.slug == slug);
        app.ok_or_else(|| Code::BadResponse.into())
    }

    fn organisation(&self) -> Call {
        get("/api/v3/org/basics", &[])
    }

    fn read_organisation(&self, answer: Answer) -> Result<Organisation, Failure> {
        Ok(Organisation { name: answer?.reader.text("name") })
    }

    fn authorize(&self, slug: &str, fields: &Typed) -> Call {
        change("POST", "/api/v1/*/integrate", &[slug], Some(body_of(fields, None)))
    }

    fn read_started(&self, answer: Answer) -> Result<Started, Failure> {
        let body = answer?.reader;
        match body.address("auth_url") {
            Some(url) => Ok(Started::At(url)),
            None if body.flag("connected") => Ok(Started::Connected),
            None => Err(Code::BadResponse.into()),
        }
    }

    fn save(&self, slug: &str, auth_type: AuthType, fields: &Typed) -> Call {
        change("POST", "/api/v2/app/*/save", &[slug], Some(body_of(fields, Some(auth_type))))
    }

    fn read_saved(&self, answer: Answer) -> Result<(), Failure> {
        match answer {
            Ok(content) if content.reader.flag("success") => Ok(()),
            Ok(_) => Err(Code::BadResponse.into()),
            Err(mut failure) => {
                // This endpoint answers 500 with the reason when the app refuses the credentials.
                if failure.code == Code::ServerError && failure.message.is_some() {
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
        Call { lease: Some(lease), ..get("/api/v2/public/session/active-linked-account", &[]) }
    }

    fn revoke(&self, authorization: JsString) {
        let call = change("POST", "/api/v2/public/session-token/revoke", &[], None);
        self.transport.farewell(&call, authorization);
    }
}

fn body_of(fields: &Typed, auth_type: Option<AuthType>) -> JsString {
    let lists = fields.lists.iter().map(|name| (name, Array::new())).gather();
    let mut pairs: Vec<(&str, JsValue)> = Vec::new();
    for (name, value) in &fields.values {
        match lists.iter().find(|(list, _)| *list == name) {
            Some((_, list)) => drop(list.push(&value.as_str().into())),
            None => pairs.push((name, value.as_str().into())),
        }
    }
    for (name, list) in lists {
        pairs.push((name, list.into()));
    }
    if let Some(auth_type) = auth_type {
        pairs.push(("auth_type", auth_type.as_str().into()));
    }
    json_of(&pairs)
}
