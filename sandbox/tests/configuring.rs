//! Configurations and executions: what is sent comes back, only what is sent changes.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Sandbox, body, json_body};
use reqwest::Method;
use serde_json::{Value, json};

const CONFIG: &str = "/api/v2/f-sdk/config";

fn field<'a>(config: &'a Value, id: &str) -> &'a Value {
    let workflows = config["workflows"].as_array().unwrap().iter().flat_map(|w| w["fields"].as_array().unwrap());
    let mut fields = config["fields"].as_array().unwrap().iter().chain(workflows);
    fields.find(|field| field["id"] == id).unwrap_or_else(|| panic!("no field {id}"))
}

async fn field_call(sandbox: &Sandbox, token: &str, method: Method, path: &str, payload: Value) -> (u16, Value) {
    let url = format!("{}/api/v2/public/config/{path}", sandbox.platform);
    let request = sandbox.client.request(method, url).bearer_auth(token).header("slug", "harbor-crm");
    let answer = json_body(request, &payload).send().await.unwrap();
    (answer.status().as_u16(), body(answer).await)
}

#[tokio::test]
async fn every_field_type_comes_back_as_it_was_sent() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let created = sandbox.post(&token, CONFIG, json!({"slug": "harbor-crm", "labels": []})).await;
    assert_eq!(created["field_errors"], json!([]));
    assert_eq!(field(&created, "tenant_ref")["value"], "tenant-7f3a");
    assert_eq!(field(&created, "tenant_ref")["hidden"], true);
    let again = sandbox.post(&token, CONFIG, json!({"slug": "harbor-crm"})).await;
    assert_eq!(created, again);

    let values = json!({
        "region": "eu", "team": 101, "pipeline": ["nb-101", "rn-101"],
        "contact_map": {"full_name": "name", "work_email": "email"},
        "stage_map": {"won": "closed_won", "lead": "open"},
        "tag_map": {"vip": "Très spécial"},
        "only_if": {"logic": "AND", "conditions": [
            {"lhs": "amount", "operator": "greater_or_equal", "rhs": "100.50", "type": "number"},
            {"logic": "OR", "conditions": [{"lhs": "owner", "operator": "eq", "rhs": "ada", "type": "select"}]}]},
        "accent": {"stops": [1.5, 0.25], "hue": 3, "nested": {"b": null, "a": [true]}},
    });
    let workflow = json!({"contact_owner": "ada@example.com", "contact_note": "Two\nlines"});
    let change = json!({"slug": "harbor-crm", "config_id": created["config_id"], "fields": values,
        "workflows": [{"id": "wf_contacts", "enabled": true, "fields": workflow}]});
    let updated = sandbox.call(&token, Method::PUT, CONFIG, Some(change)).await.1;
    assert_eq!(updated["field_errors"], json!([]));
    let path = format!("/api/v2/f-sdk/slug/harbor-crm/config/{}", created["config_id"].as_str().unwrap());
    let read = sandbox.get(&token, &path).await;
    assert_eq!(read, updated);
    for (id, value) in values.as_object().unwrap().iter().chain(workflow.as_object().unwrap()) {
        // As text: order of members and form of numbers count.
        assert_eq!(field(&read, id)["value"].to_string(), value.to_string(), "{id}");
    }
    let untouched = json!({"slug": "harbor-crm", "config_id": created["config_id"], "fields": {}, "workflows": []});
    assert_eq!(sandbox.call(&token, Method::PUT, CONFIG, Some(untouched)).await.1, read);

    let other = json!({"slug": "tally-books", "config_id": "mine"});
    assert_eq!(sandbox.post(&token, CONFIG, other).await["config_id"], "mine");
    let more = json!({"vat_number": "GB 1", "webhook": "https://example.com/hook", "start": "2026-01-31",
        "extra": {"z": [1, 2.5e3], "a": null}, "company": 2});
    let change = json!({"slug": "tally-books", "config_id": "mine", "fields": more, "workflows": [
        {"id": "wf_invoices", "fields": {"invoice_accounts": ["4000", "4200"]}}]});
    let updated = sandbox.call(&token, Method::PUT, CONFIG, Some(change)).await.1;
    assert_eq!(updated["field_errors"], json!([]));
    assert_eq!(updated["workflows"][0]["enabled"], true);
    assert_eq!(field(&updated, "extra")["value"], more["extra"]);
}

#[tokio::test]
async fn n6_refused_values_are_field_errors_and_the_rest_is_kept() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    sandbox.post(&token, CONFIG, json!({"slug": "tally-books", "config_id": "c"})).await;
    let change = json!({"slug": "tally-books", "config_id": "c", "fields": {
        "webhook": "javascript:alert(1)", "start": "tomorrow", "company": 3, "vat_number": "kept"}});
    let (status, updated) = sandbox.call(&token, Method::PUT, CONFIG, Some(change)).await;
    assert_eq!(status, 200);
    let mut ids: Vec<_> =
        updated["field_errors"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["company", "start", "webhook"]);
    assert!(updated["field_errors"][0]["error"]["message"].is_string());
    assert_eq!(field(&updated, "vat_number")["value"], "kept");
    assert!(field(&updated, "webhook").get("value").is_none());
}

#[tokio::test]
async fn dependent_options_are_resolved_field_by_field() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let resolve = async |id: &str, payload: Value| {
        let path = format!("field/{id}?config_id=c");
        let (status, field) = field_call(&sandbox, &token, Method::POST, &path, payload).await;
        assert_eq!(status, 200);
        let options = field["options"].as_array().unwrap().iter();
        options.map(|option| option["value"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(resolve("region", json!({})).await, ["eu", "am", "ap"]);
    assert!(resolve("team", json!({})).await.is_empty());
    assert_eq!(resolve("team", json!({"value": "am"})).await, [201, 202]);
    assert_eq!(resolve("pipeline", json!({"value": 202})).await, ["fs-202"]);

    let put = async |id: &str, value: Value| {
        let path = format!("field/{id}?config_id=c");
        field_call(&sandbox, &token, Method::PUT, &path, json!({ "value": value })).await
    };
    assert_eq!(put("region", json!("am")).await.1["value"], "am");
    assert_eq!(resolve("team", json!({})).await, [201, 202]);
    assert_eq!(put("team", json!(101)).await.0, 400);
    assert_eq!(put("team", json!(201)).await.1["value"], 201);
    let (status, unset) = field_call(&sandbox, &token, Method::DELETE, "field/region?config_id=c", json!({})).await;
    assert_eq!((status, unset.get("value")), (200, None));
    assert!(resolve("team", json!({})).await.is_empty(), "a child forgets its value with its parent");
    assert_eq!(field_call(&sandbox, &token, Method::POST, "field/nothing", json!({})).await.0, 404);
    let nested = "field/contact_owner?workflow_id=wf_contacts&config_id=c";
    let owner = json!({"value": "a@example.com"});
    assert_eq!(field_call(&sandbox, &token, Method::PUT, nested, owner).await.1["value"], "a@example.com");
}

#[tokio::test]
async fn rules_say_what_can_be_compared() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let ask = json!({"rule_column": {"lhs": "owner"}});
    let (status, rule) = field_call(&sandbox, &token, Method::POST, "rule-engine/only_if", ask).await;
    assert_eq!(status, 200);
    assert_eq!(rule["rule_column"]["rhs"]["type"], "select");
    assert_eq!(rule["rule_column"]["operator"]["options"][0]["value"], "eq");
    let ask = json!({"rule_column": {"lhs": "nothing"}});
    assert_eq!(field_call(&sandbox, &token, Method::POST, "rule-engine/only_if", ask).await.0, 400);
}

#[tokio::test]
async fn configurations_are_listed_deleted_and_private() {
    let sandbox = Sandbox::tested();
    let (ada, grace) = (sandbox.token("ada").await, sandbox.token("grace").await);
    for id in ["one", "two"] {
        sandbox.post(&ada, CONFIG, json!({"slug": "tally-books", "config_id": id})).await;
    }
    let list = async |token: &str| sandbox.get(token, "/api/v2/public/slug/tally-books/configs").await;
    assert_eq!(list(&ada).await, json!([{"_id": "one", "config_id": "one"}, {"_id": "two", "config_id": "two"}]));
    assert_eq!(list(&grace).await, json!([]));
    let path = "/api/v2/f-sdk/slug/tally-books/config";
    assert_eq!(sandbox.call(&grace, Method::GET, &format!("{path}/one"), None).await.0, 404);
    assert_eq!(sandbox.get(&ada, path).await["config_id"], "one");
    assert!(sandbox.call(&ada, Method::DELETE, path, None).await.1["message"].is_string());
    assert_eq!(sandbox.get(&ada, path).await["config_id"], "two");
    assert_eq!(sandbox.call(&ada, Method::DELETE, &format!("{path}/one"), None).await.0, 404);
}

#[tokio::test]
async fn an_enabled_workflow_runs_and_its_runs_are_paged() {
    let sandbox = Sandbox::tested();
    let (ada, grace) = (sandbox.token("ada").await, sandbox.token("grace").await);
    sandbox.post(&ada, CONFIG, json!({"slug": "ferry-desk", "config_id": "c"})).await;
    let empty = sandbox.get(&ada, "/api/v2/public/execution").await;
    assert_eq!((&empty["docs"], &empty["totalDocs"]), (&json!([]), &json!(0)));
    let path = "/api/v2/public/slug/ferry-desk/config/c/workflows/wf_tickets";
    let (status, body) = sandbox.call(&ada, Method::PATCH, path, Some(json!({"enabled": true}))).await;
    assert_eq!((status.as_u16(), &body["workflows"][0]["enabled"]), (200, &json!(true)));

    let page = async |query: &str| sandbox.get(&ada, &format!("/api/v2/public/execution?{query}")).await;
    let (first, last) = (page("page=1&limit=5").await, page("page=3&limit=5").await);
    assert_eq!((&first["totalDocs"], &first["totalPages"], &last["page"]), (&json!(12), &json!(3), &json!(3)));
    assert_eq!((first["docs"].as_array().unwrap().len(), last["docs"].as_array().unwrap().len()), (5, 2));
    let ids: std::collections::BTreeSet<_> = page("limit=100").await["docs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 12);
    assert_eq!(page("status=errored").await["totalDocs"], 1);
    assert_eq!(page("workflow_id=other").await["totalDocs"], 0);
    let id = first["docs"][0]["_id"].as_str().unwrap();
    assert_eq!(sandbox.get(&ada, &format!("/api/v2/public/execution/{id}")).await, first["docs"][0]);
    assert_eq!(sandbox.call(&grace, Method::GET, &format!("/api/v2/public/execution/{id}"), None).await.0, 404);
    assert_eq!(sandbox.call(&ada, Method::GET, "/api/v2/public/execution?page=0", None).await.0, 400);
}
