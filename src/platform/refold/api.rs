//! Apps, connections and the session: requests as the platform wants them, answers as this component reads them.

use super::apps;
use crate::error::{Code, Failure};
use crate::flow::Typed;
use crate::gather::Gather;
use crate::platform::model::{App, AuthType, Organisation};
use crate::platform::transport::{Call, Retry, Transport, json_of};
use crate::platform::{ConfigChoice, Platform, Started};
use crate::session::Lease;
use js_sys::{Array, JsString};
use wasm_bindgen::JsValue;
use web_sys::AbortController;

pub struct Refold {
    pub transport: Transport,
    pub config: ConfigChoice,
}

impl Refold {
    fn icons(&self) -> apps::Icons<'_> {
        apps::Icons::of(&self.transport.origins)
    }
}

pub(super) const fn get(path: &str) -> Call<'_> {
    Call { method: "GET", path, body: None, retry: Retry::Safe, slug: None }
}

pub(super) const fn change<'a>(method: &'static str, path: &'a str, body: Option<JsString>) -> Call<'a> {
    Call { method, path, body, retry: Retry::Never, slug: None }
}

impl Platform for Refold {
    async fn apps(&self, arrive: impl Fn(Vec<App>)) -> Result<Vec<App>, Failure> {
        let body = self.transport.call(get("/api/v2/f-sdk/application")).await?;
        // Some deployments wrap lists.
        let list = if body.is_array() { body } else { body.get("data") };
        if !list.is_array() {
            return Err(Code::BadResponse.into());
        }
        Ok(apps::list(&list, &self.icons(), arrive).await)
    }

    async fn app(&self, slug: &str) -> Result<App, Failure> {
        let path = ["/api/v2/f-sdk/application/", &segment(slug)].concat();
        let body = self.transport.call(get(&path)).await?;
        apps::app(&body, &self.icons()).filter(|app| app.slug == slug).ok_or_else(|| Code::BadResponse.into())
    }

    async fn organisation(&self) -> Result<Organisation, Failure> {
        let body = self.transport.call(get("/api/v3/org/basics")).await?;
        Ok(Organisation { name: body.text("name") })
    }

    async fn authorize(&self, slug: &str, fields: &Typed) -> Result<Started, Failure> {
        let path = ["/api/v1/", &segment(slug), "/integrate"].concat();
        let body = self.transport.call(change("POST", &path, Some(body_of(fields, None)))).await?;
        match body.address("auth_url") {
            Some(url) => Ok(Started::At(url)),
            None if body.flag("connected") => Ok(Started::Connected),
            None => Err(Code::BadResponse.into()),
        }
    }

    async fn save(&self, slug: &str, auth_type: AuthType, fields: &Typed) -> Result<(), Failure> {
        let path = ["/api/v2/app/", &segment(slug), "/save"].concat();
        let body = body_of(fields, Some(auth_type));
        let answer = self.transport.call(change("POST", &path, Some(body))).await;
        // This endpoint answers 500 with the reason when the app refuses the credentials.
        let answer = answer.map_err(|mut failure| {
            if failure.code == Code::ServerError && failure.message.is_some() {
                failure.code = Code::CredentialsRefused;
            }
            failure
        })?;
        if answer.flag("success") { Ok(()) } else { Err(Code::BadResponse.into()) }
    }

    async fn disconnect(&self, slug: &str, auth_type: AuthType) -> Result<(), Failure> {
        let path = ["/api/v1/linked-acc/integration/", &segment(slug), "?auth_type=", auth_type.as_str()].concat();
        self.transport.call(change("DELETE", &path, None)).await.map(drop)
    }

    async fn probe(&self, lease: Lease) -> Result<(), Failure> {
        let scope = AbortController::new().map_err(|_| Failure::new(Code::NetworkError))?.signal();
        let call = get("/api/v2/public/session/active-linked-account");
        self.transport.exchange(&call, lease, &scope, self.transport.extended()).await.map(drop)
    }

    fn revoke(&self, authorization: JsString) {
        self.transport.farewell("/api/v2/public/session-token/revoke", authorization);
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
