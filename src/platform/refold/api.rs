//! Apps, connections and the session: requests as the platform wants them, answers as this component reads them.

use super::apps::{self, Icons};
use crate::error::{Code, Failure};
use crate::flow::Typed;
use crate::gather::Gather;
use crate::platform::model::{App, AuthType, Organisation};
use crate::platform::transport::{Call, Retry, Transport, json_of};
use crate::platform::{ConfigChoice, Listed, Platform, Question, Started};
use crate::session::Lease;
use js_sys::{Array, JsString};
use std::rc::Rc;
use wasm_bindgen::JsValue;

pub struct Refold {
    pub transport: Rc<Transport>,
    pub config: ConfigChoice,
}

pub(super) const fn get(path: String) -> Call {
    Call { method: "GET", path, body: None, retry: Retry::Safe, lease: None, slug: None }
}

pub(super) const fn change(method: &'static str, path: String, body: Option<JsString>) -> Call {
    Call { method, path, body, retry: Retry::Never, lease: None, slug: None }
}

impl Platform for Refold {
    fn apps(&self) -> Question<Result<Listed, Failure>> {
        let icons = Icons::of(&self.transport.origins);
        get("/api/v2/f-sdk/application".to_owned()).read(|content| {
            let body = content.reader;
            // Some deployments wrap lists.
            let list = if body.is_array() { body } else { body.get("data") };
            if list.is_array() { Ok(apps::list(list, icons)) } else { Err(Code::BadResponse.into()) }
        })
    }

    fn app(&self, slug: &str) -> Question<Result<App, Failure>> {
        let (slug, icons) = (slug.to_owned(), Icons::of(&self.transport.origins));
        get(["/api/v2/f-sdk/application/", &segment(&slug)].concat()).read(move |content| {
            let app = apps::app(&content.reader, &icons).filter(|app| app.slug == slug);
            app.ok_or_else(|| Code::BadResponse.into())
        })
    }

    fn organisation(&self) -> Question<Result<Organisation, Failure>> {
        get("/api/v3/org/basics".to_owned()).read(|content| Ok(Organisation { name: content.reader.text("name") }))
    }

    fn authorize(&self, slug: &str, fields: &Typed) -> Question<Result<Started, Failure>> {
        let path = ["/api/v1/", &segment(slug), "/integrate"].concat();
        change("POST", path, Some(body_of(fields, None))).read(|content| match content.reader.address("auth_url") {
            Some(url) => Ok(Started::At(url)),
            None if content.reader.flag("connected") => Ok(Started::Connected),
            None => Err(Code::BadResponse.into()),
        })
    }

    fn save(&self, slug: &str, auth_type: AuthType, fields: &Typed) -> Question<Result<(), Failure>> {
        let path = ["/api/v2/app/", &segment(slug), "/save"].concat();
        let question = change("POST", path, Some(body_of(fields, Some(auth_type))))
            .read(|content| if content.reader.flag("success") { Ok(()) } else { Err(Code::BadResponse.into()) });
        // This endpoint answers 500 with the reason when the app refuses the credentials.
        question.then(|result| {
            result.map_err(|mut failure| {
                if failure.code == Code::ServerError && failure.message.is_some() {
                    failure.code = Code::CredentialsRefused;
                }
                failure
            })
        })
    }

    fn disconnect(&self, slug: &str, auth_type: AuthType) -> Question<Result<(), Failure>> {
        let path = ["/api/v1/linked-acc/integration/", &segment(slug), "?auth_type=", auth_type.as_str()].concat();
        change("DELETE", path, None).read(|_| Ok(()))
    }

    fn probe(&self, lease: Lease) -> Question<Result<(), Failure>> {
        let call = get("/api/v2/public/session/active-linked-account".to_owned());
        Call { lease: Some(lease), ..call }.read(|_| Ok(()))
    }

    fn revoke(&self, authorization: JsString) {
        let call = change("POST", "/api/v2/public/session-token/revoke".to_owned(), None);
        self.transport.farewell(&call, authorization);
    }
}

pub(super) fn segment(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

fn body_of(fields: &Typed, auth_type: Option<AuthType>) -> JsString {
    let list = |list: &String| {
        let values = fields.values.iter().filter(|(name, _)| name == list);
        values.map(|(_, value)| JsValue::from(value.as_str())).collect::<Array>()
    };
    let single = fields.values.iter().filter(|(name, _)| !fields.lists.contains(name));
    let mut pairs = single.map(|(name, value)| (name.as_str(), JsValue::from(value.as_str()))).gather();
    pairs.extend(fields.lists.iter().map(|name| (name.as_str(), list(name).into())));
    pairs.extend(auth_type.map(|auth_type| ("auth_type", auth_type.as_str().into())));
    json_of(&pairs)
}
