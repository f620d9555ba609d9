//! Requests about configurations and runs.

use super::api::{Refold, change, get, segment};
use super::config as reading;
use crate::decimal::decimal;
use crate::error::{Code, Failure};
use crate::platform::Configure;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigChange, ConfigField, FieldKey, RuleColumns, RunPage};
use crate::platform::transport::{Call, Retry};
use gloo_net::http::Method;
use js_sys::JsString;

const CONFIG: &str = "/api/v2/f-sdk/config";
/// Runs a page.
const LIMIT: usize = 10;

impl Refold {
    /// Asks by `POST`, which changes nothing here and may be repeated.
    async fn ask(&self, path: &str, slug: Option<&str>, body: Value) -> Result<Value, Failure> {
        let body = Some(JsString::from(body.write()));
        self.transport.json(Call { method: &Method::POST, path, body, retry: Retry::Safe, slug }).await
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
}

fn good<T>(value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Code::BadResponse.into())
}

/// `/api/v2/f-sdk/slug/{slug}/config[/{config_id}]`
fn path_of(slug: &str, config_id: Option<&str>) -> String {
    let path = ["/api/v2/f-sdk/slug/", &segment(slug), "/config"].concat();
    config_id.map_or_else(|| path.clone(), |id| [&path, "/", &segment(id)].concat())
}

/// `/api/v2/public/config/{what}/{id}` with what addresses the list that the field is in.
fn path_of_field(what: &str, field: &FieldKey, config_id: Option<&str>) -> String {
    let mut path = ["/api/v2/public/config/", what, "/", &segment(&field.id)].concat();
    let parameters = [("workflow_id", field.workflow.as_deref()), ("config_id", config_id)];
    for (at, (name, value)) in parameters.iter().filter_map(|(name, value)| Some((name, (*value)?))).enumerate() {
        path.push_str(if at == 0 { "?" } else { "&" });
        path.push_str(&[name, "=", &segment(value)].concat());
    }
    path
}

impl Configure for Refold {
    async fn config(&self, slug: &str, config_id: Option<&str>) -> Result<Config, Failure> {
        let mut body = vec![("slug".to_owned(), Value::text(slug))];
        body.extend(config_id.or(self.config.id.as_deref()).map(|id| ("config_id".to_owned(), Value::text(id))));
        body.push(("labels".to_owned(), self.config.labels.clone().map_or(Value::List(Vec::new()), Value::Raw)));
        good(reading::config(&self.ask(CONFIG, None, Value::Object(body)).await?))
    }

    async fn configs(&self, slug: &str) -> Result<Vec<String>, Failure> {
        if self.config.id.is_some() {
            return Ok(Vec::new());
        }
        let path = ["/api/v2/public/slug/", &segment(slug), "/configs"].concat();
        let body = self.transport.json(get(&path)).await?;
        let id = |one: &Value| one.get("config_id").and_then(Value::plain).map(str::to_owned);
        Ok(body.items().iter().filter_map(id).collect())
    }

    async fn find_config(&self, slug: &str) -> Result<Config, Failure> {
        good(reading::config(&self.transport.json(get(&path_of(slug, self.config.id.as_deref()))).await?))
    }

    async fn save_config(&self, slug: &str, changes: ConfigChange) -> Result<Config, Failure> {
        let body = JsString::from(reading::change(slug, changes).write());
        good(reading::config(&self.transport.json(change(&Method::PUT, CONFIG, Some(body))).await?))
    }

    async fn delete_config(&self, slug: &str, config_id: Option<&str>) -> Result<(), Failure> {
        self.transport.call(change(&Method::DELETE, &path_of(slug, config_id), None)).await.map(drop)
    }

    async fn options(
        &self,
        slug: &str,
        config_id: Option<&str>,
        field: &FieldKey,
        parent: Value,
    ) -> Result<ConfigField, Failure> {
        let path = path_of_field("field", field, config_id);
        good(reading::field(&self.ask(&path, Some(slug), object([("value", parent)])).await?))
    }

    async fn rule(&self, slug: &str, field: &FieldKey, lhs: Value) -> Result<RuleColumns, Failure> {
        let path = path_of_field("rule-engine", field, None);
        let body = self.ask(&path, Some(slug), object([("rule_column", object([("lhs", lhs)]))])).await?;
        good(body.get("rule_column").map(reading::rule_columns))
    }

    async fn runs(&self, workflow: &str, page: u32) -> Result<RunPage, Failure> {
        let (page, limit) = (decimal(page as usize), decimal(LIMIT));
        let path =
            ["/api/v2/public/execution?page=", &page, "&limit=", &limit, "&workflow_id=", &segment(workflow)].concat();
        good(reading::run_page(&self.transport.json(get(&path)).await?))
    }
}
