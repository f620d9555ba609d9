//! Dependent fields, merging, refusals: the rules of a configuration.
#![allow(clippy::unwrap_used)]

use super::*;

fn definition() -> ConfigDefinition {
    let option = |value: &str| json!({"name": value, "value": value});
    serde_json::from_value(json!({
        "fields": [
            {"id": "a", "name": "A", "field_type": "select", "required": true,
                "options": [option("x"), option("y")]},
            {"id": "b", "name": "B", "field_type": "select", "parent": "a",
                "options_by_parent": {"x": [option("x1")], "y": [option("y1")]}},
            {"id": "c", "name": "C", "field_type": "select", "parent": "b", "multiple": true,
                "options_by_parent": {"x1": [option("x11"), option("x12")]}},
            {"id": "h", "name": "H", "field_type": "text", "hidden": true, "defaultValue": "kept"},
            {"id": "n", "name": "N", "field_type": "newer_than_us", "defaultValue": {"z": 1.50, "a": [null, "é"]}},
        ],
        "workflows": [{"id": "w", "name": "W", "fields": [
            {"id": "e", "name": "E", "field_type": "email", "required": true}]}],
    }))
    .unwrap()
}

fn put(state: &mut ConfigState, body: Value) -> Value {
    let errors = state.merge(&definition(), body.as_object().unwrap());
    state.render(&definition(), "app", "id", errors)
}

#[test]
fn dependent_fields_resolve_over_three_levels_and_forget_stale_choices() {
    let mut state = ConfigState::new(&definition());
    let config = put(&mut state, json!({"fields": {"c": ["x11"], "b": "x1", "a": "x"}}));
    assert_eq!(config["field_errors"], json!([]));
    assert_eq!(config["fields"][2]["value"], json!(["x11"]));
    assert_eq!(config["fields"][2]["options"][1]["value"], "x12");
    let config = put(&mut state, json!({"fields": {"a": "y"}}));
    assert_eq!(config["fields"][1].get("value"), None);
    assert_eq!(config["fields"][1]["options"][0]["value"], "y1");
    assert_eq!(config["fields"][2].get("value"), None);
    assert_eq!(config["fields"][2]["options"], json!([]));
}

#[test]
fn only_what_is_sent_changes_and_unknown_types_keep_every_byte() {
    let mut state = ConfigState::new(&definition());
    let config = put(&mut state, json!({"fields": {"a": "x"}}));
    assert_eq!(config["fields"][3]["value"], "kept");
    assert_eq!(config["fields"][4]["value"].to_string(), r#"{"z":1.5,"a":[null,"é"]}"#);
    let before = state.clone();
    put(&mut state, json!({"fields": {}, "workflows": []}));
    assert_eq!(state, before);
}

#[test]
fn refused_values_are_named_and_not_kept() {
    let mut state = ConfigState::new(&definition());
    let config = put(
        &mut state,
        json!({"fields": {"a": "q", "__proto__": 1}, "workflows": [
        {"id": "w", "enabled": true, "fields": {"e": "no address"}}]}),
    );
    let ids: Vec<_> = config["field_errors"].as_array().unwrap().iter().map(|e| e["id"].clone()).collect();
    assert_eq!(ids, ["a", "__proto__", "e"]);
    assert_eq!(config["fields"][0].get("value"), None);
    assert!(state.enabled("w"));
}

#[test]
fn what_is_required_is_no_error_before_the_first_save() {
    let state = ConfigState::new(&definition());
    assert_eq!(state.render(&definition(), "app", "id", Vec::new())["field_errors"], json!([]));
}
