//! `Config`, its fields and executions as the platform writes them, read into the model; tolerant of what is strange.

use crate::cut::beginning;
use crate::gather::Gather;
use crate::platform::json::Value;
use crate::platform::model::config::{
    Choice, Column, Config, ConfigChange, ConfigField, FieldKey, FieldKind, Mapping, RuleColumns, Run, RunPage,
    RunState, Workflow,
};
use crate::platform::seen::Seen;
use crate::platform::write::{Writer, written};
use crate::session::time::decimal;
use std::rc::Rc;

/// The operators that the contract names, for platforms that do not list any.
const OPERATORS: [&str; 6] = ["eq", "neq", "start_with", "end_with", "greater_or_equal", "less_or_equal"];

/// `None` for anything but an object.
pub(crate) fn config(body: &Value) -> Option<Config> {
    if !matches!(body, Value::Object(_)) {
        return None;
    }
    let mut config = Config {
        config_id: text(body, "config_id"),
        fields: Vec::new(),
        workflows: Vec::new(),
        field_errors: items(body, "field_errors").iter().filter_map(field_error).gather(),
    };
    fields(body, None, &mut config.fields);
    let mut seen = Seen::new();
    for item in items(body, "workflows") {
        if let Some(workflow) = workflow(item)
            && seen.first(&workflow.id)
        {
            fields(item, Some(&workflow.id), &mut config.fields);
            config.workflows.push(workflow);
        }
    }
    Some(config)
}

/// A field of a workflow, or of the app itself.
pub(crate) fn field(field: &Value, workflow: Option<&str>) -> Option<Rc<ConfigField>> {
    let id = text(field, "id")?;
    Some(Rc::new(ConfigField {
        name: text_or(field, "name", &id),
        kind: Rc::new(kind(field)),
        parent: text(field, "parent"),
        required: flag(field, "required"),
        hidden: flag(field, "hidden"),
        value: field.get("value").cloned(),
        default: field.get("defaultValue").cloned(),
        page: text(field, "associated_page"),
        help: text(field, "help_text"),
        placeholder: text_or(field, "placeholder", ""),
        key: Rc::new(FieldKey { workflow: workflow.map(str::to_owned), id }),
    }))
}

pub(crate) fn rule_columns(columns: &Value) -> RuleColumns {
    let mut columns =
        RuleColumns { lhs: column(columns, "lhs"), operator: column(columns, "operator"), rhs: column(columns, "rhs") };
    if columns.operator.options.is_empty() {
        let known = OPERATORS.iter().map(|name| Choice { name: String::new(), value: Value::text(name) });
        columns.operator.options = known.gather();
    }
    columns
}

pub(crate) fn run_page(body: &Value) -> Option<RunPage> {
    let Some(Value::List(runs)) = body.get("docs") else { return None };
    let number = |name: &str| body.get(name).and_then(Value::plain).and_then(|text| decimal(text.as_bytes()));
    Some(RunPage {
        runs: runs.iter().filter_map(run).gather(),
        page: number("page").map_or(1, |page| page as u32).max(1),
        pages: number("totalPages").map_or(1, |pages| pages as u32).max(1),
    })
}

/// The body of `PUT /api/v2/f-sdk/config`.
pub(crate) fn change(slug: &str, change: &ConfigChange) -> String {
    let fields = |out: &mut Writer, workflow: Option<&String>| {
        out.object("fields", |out| {
            for (key, value) in change.fields.iter().filter(|(key, _)| key.workflow.as_ref() == workflow) {
                out.value(&key.id, value);
            }
        });
    };
    written(|out| {
        out.text("slug", slug);
        out.maybe("config_id", &change.config_id);
        fields(out, None);
        out.list("workflows", &change.workflows, |out, (id, enabled)| {
            out.text("id", id);
            out.flag("enabled", *enabled);
            fields(out, Some(id));
        });
    })
}

pub(super) fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::plain).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn text_or(object: &Value, name: &str, other: &str) -> String {
    text(object, name).unwrap_or_else(|| other.to_owned())
}

fn flag(object: &Value, name: &str) -> bool {
    object.get(name) == Some(&Value::Bool(true))
}

fn items<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object.get(name).map_or(&[], Value::items)
}

/// Adds those of a workflow, or of the app itself. The first of each id counts, there as among workflows.
fn fields(owner: &Value, workflow: Option<&str>, all: &mut Vec<Rc<ConfigField>>) {
    let mut seen = Seen::new();
    for item in items(owner, "fields") {
        if let Some(field) = field(item, workflow)
            && seen.first(&field.key.id)
        {
            all.push(field);
        }
    }
}

fn workflow(workflow: &Value) -> Option<Workflow> {
    let id = text(workflow, "id")?;
    Some(Workflow {
        name: text_or(workflow, "name", &id),
        description: text(workflow, "description"),
        enabled: flag(workflow, "enabled"),
        id,
    })
}

fn field_error(error: &Value) -> Option<(String, String)> {
    let said = error.get("error").and_then(|error| text(error, "message")).or_else(|| text(error, "message"));
    Some((text(error, "id")?, beginning(&said.unwrap_or_default(), 300).to_owned()))
}

pub(super) fn kind(field: &Value) -> FieldKind {
    let name = text_or(field, "field_type", "");
    match name.as_str() {
        "text" => FieldKind::Text,
        "textarea" => FieldKind::Textarea,
        "date" => FieldKind::Date,
        "number" => FieldKind::Number,
        "url" => FieldKind::Url,
        "email" => FieldKind::Email,
        "json" => FieldKind::Json,
        "select" => FieldKind::Select { options: choices(field, "options"), multiple: flag(field, "multiple") },
        "map" => FieldKind::Map(Mapping {
            left_name: None,
            left: choices(field, "labels"),
            right_name: None,
            right: Some(choices(field, "options")),
            multiple: false,
        }),
        "map_v2" => FieldKind::Map(mapping(field.get("mapping").unwrap_or(&Value::Null))),
        "rule_engine" => FieldKind::Rules(rule_columns(field.get("rule_columns").unwrap_or(&Value::Null))),
        _ => FieldKind::Unknown(name),
    }
}

fn mapping(mapping: &Value) -> Mapping {
    let none = Value::Null;
    let (left, right) = (mapping.get("lhs").unwrap_or(&none), mapping.get("rhs").unwrap_or(&none));
    Mapping {
        left_name: text(left, "name"),
        left: choices(left, "options"),
        right_name: text(right, "name"),
        right: Some(choices(right, "options")).filter(|options| !options.is_empty()),
        multiple: flag(right, "multiple"),
    }
}

fn column(columns: &Value, name: &str) -> Column {
    let column = columns.get(name).unwrap_or(&Value::Null);
    Column { name: text(column, "name"), kind: text(column, "type"), options: choices(column, "options") }
}

/// Options without a value of text or number cannot be sent, so that they are not offered.
fn choices(owner: &Value, name: &str) -> Vec<Choice> {
    let choice = |option: &Value| {
        let value = option.get("value").filter(|value| value.plain().is_some())?.clone();
        let name = text(option, "name").or_else(|| value.plain().map(str::to_owned)).unwrap_or_default();
        Some(Choice { name, value })
    };
    items(owner, name).iter().filter_map(choice).gather()
}

fn run(run: &Value) -> Option<Run> {
    let state = text_or(run, "status", "");
    Some(Run {
        id: text(run, "_id").or_else(|| text(run, "id"))?,
        name: text_or(run, "name", ""),
        state: match state.to_ascii_uppercase().as_str() {
            "RUNNING" | "STARTED" | "QUEUED" => RunState::Running,
            "COMPLETED" | "SUCCESS" => RunState::Completed,
            "ERRORED" | "FAILED" => RunState::Failed,
            _ => RunState::Unknown(state),
        },
        started_at: text_or(run, "createdAt", ""),
        error: run.get("error").and_then(|error| text(error, "message")),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn n12_what_is_strange_missing_or_new_is_read_as_far_as_it_goes() {
        for body in ["null", "[]", "\"html\"", "1"] {
            assert_eq!(config(&json(body)), None);
        }
        assert_eq!(config(&json("{}")), Some(Config::default()));
        let read = config(&json(
            r#"{"config_id":7,"fields":[null,{"name":"no id"},{"id":"a"},{"id":"a","name":"again"},
                {"id":"s","field_type":"select","multiple":"yes","options":[{"value":1},{"value":{}},{"name":"n"},3]},
                {"id":"m","field_type":"map_v2"},{"id":"r","field_type":"rule_engine","rule_columns":[]}],
                "workflows":{"not":"a list"},"field_errors":[{"id":"a"},{"id":"s","message":"No."}]}"#,
        ))
        .unwrap();
        assert_eq!(read.config_id.as_deref(), Some("7"));
        let ids: Vec<_> = read.fields.iter().map(|field| field.key.id.as_str()).collect();
        assert_eq!(ids, ["a", "s", "m", "r"]);
        assert_eq!(*read.fields[0].kind, FieldKind::Unknown(String::new()));
        let one = Choice { name: "1".into(), value: Value::Number("1".into()) };
        assert_eq!(*read.fields[1].kind, FieldKind::Select { options: vec![one], multiple: false });
        assert_eq!(*read.fields[2].kind, FieldKind::Map(Mapping::default()));
        let FieldKind::Rules(columns) = &*read.fields[3].kind else { unreachable!() };
        assert_eq!(columns.operator.options.len(), 6);
        assert_eq!(read.field_errors, [("a".into(), String::new()), ("s".into(), "No.".into())]);
    }

    #[test]
    fn a_change_is_written_as_the_contract_wants_it_and_values_as_they_are() {
        let value = |workflow: Option<&str>| {
            let key = FieldKey { workflow: workflow.map(str::to_owned), id: "__proto__".into() };
            (Rc::new(key), json(r#"{"b":1.0,"1":[]}"#))
        };
        let (fields, workflows) = (vec![value(None), value(Some("w"))], vec![("w".into(), false)]);
        let written = change("crm", &ConfigChange { config_id: Some("c".into()), fields, workflows });
        let fields = r#""fields":{"__proto__":{"b":1.0,"1":[]}}"#;
        let workflow = [r#"{"id":"w","enabled":false,"#, fields, "}"].concat();
        let head = [r#"{"slug":"crm","config_id":"c","#, fields].concat();
        assert_eq!(written, [&head, r#","workflows":["#, &workflow, "]}"].concat());
    }

    #[test]
    fn runs_keep_states_that_are_new() {
        let page = run_page(&json(
            r#"{"docs":[{"_id":"1","status":"COMPLETED"},{"_id":"2","status":"ERRORED","error":{"message":"503"}},
                {"_id":"3","status":"PAUSED"},{"status":"RUNNING"}],"page":2,"totalPages":"x"}"#,
        ))
        .unwrap();
        let states: Vec<_> = page.runs.iter().map(|run| run.state.clone()).collect();
        assert_eq!(states, [RunState::Completed, RunState::Failed, RunState::Unknown("PAUSED".into())]);
        assert_eq!((page.page, page.pages, page.runs[1].error.as_deref()), (2, 1, Some("503")));
        assert_eq!(run_page(&json("{}")), None);
    }
}
