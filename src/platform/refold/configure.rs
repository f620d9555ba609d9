//! Requests about configurations and runs.

use super::api::{Refold, change, get, segment};
use super::config as reading;
use crate::decimal::decimal;
use crate::error::Failure;
use crate::gather::Gather;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigChange, ConfigField, FieldKey, RuleColumns, RunPage};
use crate::platform::transport::{Call, Retry};
use crate::platform::{Configure, Question};
use js_sys::JsString;

const CONFIG: &str = "/api/v2/f-sdk/config";
/// Runs a page.
const LIMIT: usize = 10;

/// Asks by `POST`, which changes nothing here and may be repeated.
fn ask(path: String, slug: Option<&str>, body: Value) -> Call {
    let body = Some(JsString::from(body.write()));
    Call { method: "POST", path, body, retry: Retry::Safe, lease: None, slug: slug.map(str::to_owned) }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
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
    fn config(&self, slug: &str, config_id: Option<&str>) -> Question<Result<Config, Failure>> {
        let mut body = vec![("slug".to_owned(), Value::text(slug))];
        body.extend(config_id.or(self.config.id.as_deref()).map(|id| ("config_id".to_owned(), Value::text(id))));
        body.push(("labels".to_owned(), self.config.labels.clone().map_or(Value::List(Vec::new()), Value::Raw)));
        ask(CONFIG.to_owned(), None, Value::Object(body)).json(reading::config)
    }

    fn configs(&self, slug: &str) -> Option<Question<Result<Vec<String>, Failure>>> {
        if self.config.id.is_some() {
            return None;
        }
        let path = ["/api/v2/public/slug/", &segment(slug), "/configs"].concat();
        Some(get(path).json(|body| {
            let id = |one: &Value| one.get("config_id").and_then(Value::plain).map(str::to_owned);
            Some(body.items().iter().filter_map(id).gather())
        }))
    }

    fn find_config(&self, slug: &str) -> Question<Result<Config, Failure>> {
        get(path_of(slug, self.config.id.as_deref())).json(reading::config)
    }

    fn save_config(&self, slug: &str, changes: ConfigChange) -> Question<Result<Config, Failure>> {
        let body = JsString::from(reading::change(slug, changes).write());
        change("PUT", CONFIG.to_owned(), Some(body)).json(reading::config)
    }

    fn delete_config(&self, slug: &str, config_id: Option<&str>) -> Question<Result<(), Failure>> {
        change("DELETE", path_of(slug, config_id), None).read(|_| Ok(()))
    }

    fn options(
        &self,
        slug: &str,
        config_id: Option<&str>,
        field: &FieldKey,
        parent: Value,
    ) -> Question<Result<ConfigField, Failure>> {
        let path = path_of_field("field", field, config_id);
        ask(path, Some(slug), object([("value", parent)])).json(reading::field)
    }

    fn rule(&self, slug: &str, field: &FieldKey, lhs: Value) -> Question<Result<RuleColumns, Failure>> {
        let path = path_of_field("rule-engine", field, None);
        let body = object([("rule_column", object([("lhs", lhs)]))]);
        ask(path, Some(slug), body).json(|body| body.get("rule_column").map(reading::rule_columns))
    }

    fn runs(&self, workflow: &str, page: u32) -> Question<Result<RunPage, Failure>> {
        let (page, limit) = (decimal(page as usize), decimal(LIMIT));
        let path =
            ["/api/v2/public/execution?page=", &page, "&limit=", &limit, "&workflow_id=", &segment(workflow)].concat();
        get(path).json(reading::run_page)
    }
}
