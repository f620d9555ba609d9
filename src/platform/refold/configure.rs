//! Requests about configurations and runs.

use super::api::{Refold, change, get, path};
use super::config as reading;
use crate::decimal::decimal;
use crate::error::Failure;
use crate::flow::Found;
use crate::gather::Gather;
use crate::platform::Configure;
use crate::platform::json::Value;
use crate::platform::model::config::{ConfigChange, FieldKey, FieldKind};
use crate::platform::transport::{Answer, Call, Retry, json};
use crate::platform::write::written;
use std::rc::Rc;

const CONFIG: &str = "/api/v2/f-sdk/config";

/// Asks by `POST`, which changes nothing here and may be repeated.
fn ask(mut call: Call, slug: Option<&str>, body: String) -> Call {
    call.method = "POST";
    call.body = Some(body.into());
    call.slug = slug.map(str::to_owned);
    call
}

/// Of that configuration, or of the usual one.
fn of_config(slug: &str, config_id: Option<&str>) -> Call {
    match config_id {
        Some(id) => get("/api/v2/f-sdk/slug/*/config/*", &[slug, id]),
        None => get("/api/v2/f-sdk/slug/*/config", &[slug]),
    }
}

/// Of a field, with what addresses the list that it is in.
fn of_field(pattern: &str, field: &FieldKey, config_id: Option<&str>) -> Call {
    let mut call = get(pattern, &[&field.id]);
    let mut sign = "?";
    for (parameter, value) in [("workflow_id=*", field.workflow.as_deref()), ("config_id=*", config_id)] {
        if let Some(value) = value {
            call.path.push_str(sign);
            call.path.push_str(&path(parameter, &[value]));
            sign = "&";
        }
    }
    call
}

impl Configure for Refold {
    fn config(&self, slug: &str, config_id: Option<&str>) -> Call {
        let body = written(|out| {
            out.text("slug", slug);
            if let Some(id) = config_id.or(self.config.id.as_deref()) {
                out.text("config_id", id);
            }
            out.source("labels", self.config.labels.as_deref().unwrap_or("[]"));
        });
        ask(get(CONFIG, &[]), None, body)
    }

    fn find_config(&self, slug: &str) -> Call {
        of_config(slug, self.config.id.as_deref())
    }

    fn save_config(&self, slug: &str, changes: &ConfigChange) -> Call {
        let body = reading::change(slug, changes);
        change("PUT", CONFIG, &[], Some(body.into()))
    }

    fn read_config(&self, answer: Answer) -> Result<Found, Failure> {
        json(answer, |body| Some(Found::Config(Rc::new(reading::config(body)?))))
    }

    fn configs(&self, slug: &str) -> Option<Call> {
        let free = self.config.id.is_none();
        free.then(|| get("/api/v2/public/slug/*/configs", &[slug]))
    }

    fn read_configs(&self, answer: Answer) -> Result<Found, Failure> {
        json(answer, |body| {
            let id = |one: &Value| one.get("config_id").and_then(Value::plain).map(str::to_owned);
            Some(Found::Configs(Rc::new(body.items().iter().filter_map(id).gather())))
        })
    }

    fn delete_config(&self, slug: &str, config_id: Option<&str>) -> Call {
        let mut call = of_config(slug, config_id);
        (call.method, call.retry) = ("DELETE", Retry::Never);
        call
    }

    fn options(&self, slug: &str, config_id: Option<&str>, field: &FieldKey, parent: &Value) -> Call {
        let body = written(|out| out.value("value", parent));
        ask(of_field("/api/v2/public/config/field/*", field, config_id), Some(slug), body)
    }

    fn read_options(&self, answer: Answer) -> Result<Found, Failure> {
        json(answer, |field| {
            reading::text(field, "id")?;
            Some(Found::Offer(Rc::new(reading::kind(field))))
        })
    }

    fn rule(&self, slug: &str, field: &FieldKey, lhs: &Value) -> Call {
        let body = written(|out| out.object("rule_column", |out| out.value("lhs", lhs)));
        ask(of_field("/api/v2/public/config/rule-engine/*", field, None), Some(slug), body)
    }

    fn read_rule(&self, answer: Answer) -> Result<Found, Failure> {
        json(answer, |body| {
            let columns = reading::rule_columns(body.get("rule_column")?);
            Some(Found::Offer(Rc::new(FieldKind::Rules(columns))))
        })
    }

    fn runs(&self, workflow: &str, page: u32) -> Call {
        get("/api/v2/public/execution?page=*&limit=10&workflow_id=*", &[&decimal(page as usize), workflow])
    }

    fn read_runs(&self, answer: Answer) -> Result<Found, Failure> {
        json(answer, |body| Some(Found::Runs(Rc::new(reading::run_page(body)?))))
    }
}
