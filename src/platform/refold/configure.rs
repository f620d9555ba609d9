//! Requests about configurations and runs.

use super::api::{Refold, change, get, segment};
use super::config as reading;
use crate::decimal::decimal;
use crate::error::Failure;
use crate::gather::Gather;
use crate::platform::Configure;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigChange, ConfigField, FieldKey, RuleColumns, RunPage};
use crate::platform::transport::{Answer, Call, Retry, json};
use js_sys::JsString;

const CONFIG: &str = "/api/v2/f-sdk/config";
/// Runs a page.
const LIMIT: usize = 10;

/// Asks by `POST`, which changes nothing here and may be repeated.
fn ask(path: String, slug: Option<&str>, body: Value) -> Call {
    let body = Some(JsString::from(body.write()));
    Call { method: "POST", path, body, retry: Retry::Safe, lease: None, slug: slug.map(str::to_owned) }
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
    fn config(&self, slug: &str, config_id: Option<&str>) -> Call {
        let config_id = config_id.or(self.config.id.as_deref());
        let labels = self.config.labels.clone().map_or(Value::List(Vec::new()), Value::Raw);
        let members =
            [("slug", Some(Value::text(slug))), ("config_id", config_id.map(Value::text)), ("labels", Some(labels))];
        ask(CONFIG.to_owned(), None, reading::object(members.into()))
    }

    fn find_config(&self, slug: &str) -> Call {
        get(path_of(slug, self.config.id.as_deref()))
    }

    fn save_config(&self, slug: &str, changes: ConfigChange) -> Call {
        let body = JsString::from(reading::change(slug, changes).write());
        change("PUT", CONFIG.to_owned(), Some(body))
    }

    fn read_config(&self, answer: Answer) -> Result<Config, Failure> {
        json(answer, reading::config)
    }

    fn configs(&self, slug: &str) -> Option<Call> {
        let free = self.config.id.is_none();
        free.then(|| get(["/api/v2/public/slug/", &segment(slug), "/configs"].concat()))
    }

    fn read_configs(&self, answer: Answer) -> Result<Vec<String>, Failure> {
        json(answer, |body| {
            let id = |one: &Value| one.get("config_id").and_then(Value::plain).map(str::to_owned);
            Some(body.items().iter().filter_map(id).gather())
        })
    }

    fn delete_config(&self, slug: &str, config_id: Option<&str>) -> Call {
        change("DELETE", path_of(slug, config_id), None)
    }

    fn options(&self, slug: &str, config_id: Option<&str>, field: &FieldKey, parent: Value) -> Call {
        let body = reading::object(vec![("value", Some(parent))]);
        ask(path_of_field("field", field, config_id), Some(slug), body)
    }

    fn read_options(&self, answer: Answer) -> Result<ConfigField, Failure> {
        json(answer, reading::field)
    }

    fn rule(&self, slug: &str, field: &FieldKey, lhs: Value) -> Call {
        let column = reading::object(vec![("lhs", Some(lhs))]);
        let body = reading::object(vec![("rule_column", Some(column))]);
        ask(path_of_field("rule-engine", field, None), Some(slug), body)
    }

    fn read_rule(&self, answer: Answer) -> Result<RuleColumns, Failure> {
        json(answer, |body| body.get("rule_column").map(reading::rule_columns))
    }

    fn runs(&self, workflow: &str, page: u32) -> Call {
        let (page, limit) = (decimal(page as usize), decimal(LIMIT));
        get(["/api/v2/public/execution?page=", &page, "&limit=", &limit, "&workflow_id=", &segment(workflow)].concat())
    }

    fn read_runs(&self, answer: Answer) -> Result<RunPage, Failure> {
        json(answer, reading::run_page)
    }
}
