//! What the gallery shows: apps, accounts and a configuration that no platform has.

use crate::error::{Code, Failure, Report};
use crate::flow::{About, Command, ConfigEvent, Entry, Event, Flow, Found};
use crate::platform::json::Value;
use crate::platform::model::config::{Config, FieldKey, RunPage};
use crate::platform::model::{Account, App, AuthType, InputField, InputKind, Method};
use crate::platform::refold::config as read;
use std::rc::Rc;

#[rustfmt::skip]
const NAMES: [&str; 8] = [
    "Harbor CRM", "Tally Books", "Söder Mail", "Beacon Chat", "Lumen Drive", "Orbit Tasks", "Quill Notes", "Vela Ads",
];
const WHAT: [&str; 8] = [
    "Contacts, deals and the history of each customer",
    "Invoices and payments",
    "Newsletters and automations for people who like long descriptions",
    "Team messaging",
    "Files and folders",
    "Projects, boards and due dates",
    "",
    "Campaigns and audiences",
];
const TAGS: [&str; 4] = ["sales", "finance", "communication", "storage"];

pub(super) fn failure(code: Code) -> Failure {
    Report { reference: Some("req_8f3a27c1".to_owned()), ..code.into() }.into()
}

pub(super) fn account(identifier: &str, active: bool) -> Rc<Account> {
    Rc::new(Account {
        connection_id: Some("c1".to_owned()),
        identifier: identifier.to_owned(),
        connected_at: "2026-03-14T09:26:53Z".to_owned(),
        active,
        auth_type: AuthType::OAuth2,
    })
}

pub(super) fn apps(count: usize) -> Rc<Vec<Rc<App>>> {
    Rc::new((0..count).map(|at| Rc::new(app(at))).collect())
}

fn app(at: usize) -> App {
    let kind = at % 8;
    let name = if at < 8 { NAMES[kind].to_owned() } else { format!("{} {}", NAMES[kind], at) };
    let field = |name: &str, label: &str, kind, help: Option<&str>| InputField {
        name: name.to_owned(),
        label: label.to_owned(),
        placeholder: String::new(),
        required: true,
        kind,
        help: help.map(str::to_owned),
        multiple: false,
        options: Vec::new(),
    };
    let keys = Method {
        auth_type: AuthType::KeyBased,
        fields: vec![
            field("key", "API key", InputKind::Password, Some("Under Settings, Developers, API keys.")),
            InputField {
                placeholder: "https://…".to_owned(), ..field("url", "Server address", InputKind::Url, None)
            },
            InputField {
                options: vec![("Europe".to_owned(), "eu".to_owned()), ("United States".to_owned(), "us".to_owned())],
                required: false,
                ..field("region", "Region", InputKind::Select, None)
            },
        ],
        scopes: Vec::new(),
    };
    let asks =
        field("subdomain", "Subdomain", InputKind::Text, Some("The part before .soder.example in your address."));
    let oauth = Method {
        auth_type: AuthType::OAuth2,
        fields: if kind == 2 { vec![asks] } else { Vec::new() },
        scopes: vec!["messages.read".to_owned(), "messages.write".to_owned(), "channels.read".to_owned()],
    };
    App {
        slug: format!("app-{at}"),
        name,
        description: (!WHAT[kind].is_empty()).then(|| WHAT[kind].to_owned()),
        icon: None,
        tags: vec![TAGS[at % 4].to_owned()],
        methods: Rc::new(match kind {
            5 => vec![keys],
            4 => vec![oauth, keys],
            _ => vec![oauth],
        }),
        accounts: match at {
            0 => vec![account("ada@northwind.example", true), account("grace@northwind.example", true)],
            1 => vec![account("billing@northwind.example", false)],
            _ => Vec::new(),
        },
        reauth_required: false,
    }
}

/// Fields of every kind on three pages, and two workflows.
const CONFIG: &str = r#"{
    "fields": [
        {"id": "folder", "name": "Folder", "field_type": "text", "required": true, "value": "Invoices",
            "help_text": "New documents are put here.", "associated_page": "Documents"},
        {"id": "region", "name": "Region", "field_type": "select", "required": true, "value": "eu",
            "options": [{"name": "Europe", "value": "eu"}, {"name": "United States", "value": "us"}],
            "associated_page": "Documents"},
        {"id": "office", "name": "Office", "field_type": "select", "parent": "region", "required": true,
            "options": [], "associated_page": "Documents"},
        {"id": "since", "name": "Not before", "field_type": "date", "value": "2026-03-14", "associated_page": "Documents"},
        {"id": "tags", "name": "Labels", "field_type": "select", "multiple": true, "value": ["paid"],
            "options": [{"name": "Paid", "value": "paid"}, {"name": "Open", "value": "open"},
                {"name": "Overdue", "value": "overdue"}], "associated_page": "Documents"},
        {"id": "map", "name": "Columns", "field_type": "map_v2", "value": {"total": "amount"}, "mapping": {
            "lhs": {"name": "Here", "options": [{"name": "Total", "value": "total"}, {"name": "Due", "value": "due"}]},
            "rhs": {"name": "There", "options": [{"name": "Amount", "value": "amount"}, {"name": "Date", "value": "date"}]}},
            "associated_page": "Rules"},
        {"id": "rules", "name": "Which documents", "field_type": "rule_engine", "rule_columns": {
            "lhs": {"name": "Attribute", "options": [{"name": "Amount", "value": "amount"}, {"name": "Owner", "value": "owner"}]},
            "operator": {}, "rhs": {"name": "Limit", "type": "text"}},
            "value": {"logic": "AND", "conditions": [{"lhs": "amount", "operator": "eq", "rhs": "100", "type": "text"},
                {"logic": "OR", "conditions": [{"lhs": "owner", "operator": "start_with", "rhs": "A", "type": "text"}]}]},
            "associated_page": "Rules"},
        {"id": "extra", "name": "More", "field_type": "json", "value": {"a": 1}, "associated_page": "Rules"},
        {"id": "future", "name": "From tomorrow", "field_type": "hologram", "value": "as it is", "associated_page": "Rules"}
    ],
    "workflows": [
        {"id": "w1", "name": "Copy invoices", "description": "Each new invoice, within a minute.", "enabled": true,
            "fields": [{"id": "copy", "name": "Copy to", "field_type": "email", "value": "ada@northwind.example"}]},
        {"id": "w2", "name": "Weekly summary", "enabled": false, "fields": []}
    ]
}"#;

const RUNS: &str = r#"{"page": 2, "totalPages": 3, "docs": [
    {"_id": "1", "name": "Copy invoices", "status": "RUNNING", "createdAt": "2026-03-14T09:26:53Z"},
    {"_id": "2", "name": "Copy invoices", "status": "COMPLETED", "createdAt": "2026-03-14T08:26:53Z"},
    {"_id": "3", "name": "Copy invoices", "status": "ERRORED", "createdAt": "2026-03-13T09:26:53Z",
        "error": {"message": "The folder does not exist."}}]}"#;

fn config() -> Rc<Config> {
    Value::parse(CONFIG).and_then(|json| read::config(&json)).map(Rc::new).unwrap_or_default()
}

fn runs() -> Rc<RunPage> {
    let empty = RunPage { runs: Vec::new(), page: 1, pages: 1 };
    Value::parse(RUNS).and_then(|json| read::run_page(&json)).unwrap_or(empty).into()
}

/// A flow with the screen of a configuration or of runs in the state of that name; `None` for any other name.
pub(super) fn flow(name: &str) -> Option<Flow> {
    let (mut flow, _) = Flow::start(None, Entry::Inline);
    flow.step(Event::AppsLoaded(Ok(apps(24).to_vec())), 0.0);
    flow.step(Event::AppChosen("app-0".into()), 0.0);
    let (screen, state) = name.split_once('-').unwrap_or((name, ""));
    match screen {
        "configure" => configure(&mut flow, state),
        "runs" => show_runs(&mut flow, state),
        _ => return None,
    }
    Some(flow)
}

/// Sends an event and answers what it asked for.
fn send(flow: &mut Flow, event: Event, answer: &Result<Found, Failure>) {
    for command in flow.step(event, 0.0) {
        let Command::Ask(question) = command else { continue };
        let answer = match question.about {
            About::Config(_) | About::FindConfig | About::Save(_) => answer.clone(),
            About::Runs { .. } => Ok(Found::Runs(runs())),
            _ => continue,
        };
        send(flow, Event::Answered(question, answer.clone()), &answer);
    }
}

fn act(flow: &mut Flow, event: ConfigEvent) {
    flow.step(Event::Config(event), 0.0);
}

fn configure(flow: &mut Flow, state: &str) {
    if state == "loading" {
        return act(flow, ConfigEvent::Opened);
    }
    let answer = match state {
        "failed" => Err(failure(Code::ServerError)),
        "empty" => Ok(Found::Config(Rc::default())),
        _ => Ok(Found::Config(config())),
    };
    send(flow, Event::Config(ConfigEvent::Opened), &answer);
    let field = |id: &str| Rc::new(FieldKey { workflow: None, id: id.to_owned() });
    match state {
        "rules" => act(flow, ConfigEvent::PageChosen(1)),
        "workflows" => act(flow, ConfigEvent::PageChosen(2)),
        "unsaved" | "leaving" | "wrong" | "busy" | "saved" | "refused" => {
            let text = if state == "wrong" { "" } else { "Receipts" };
            act(flow, ConfigEvent::Typed { field: field("folder"), text: text.to_owned() });
            act(flow, ConfigEvent::Chosen { field: field("office"), value: Value::text("berlin") });
            match state {
                "leaving" => drop(flow.step(Event::Back, 0.0)),
                "wrong" | "busy" => act(flow, ConfigEvent::Save),
                "saved" => send(flow, Event::Config(ConfigEvent::Save), &answer),
                "refused" => send(flow, Event::Config(ConfigEvent::Save), &Err(failure(Code::Timeout))),
                _ => {}
            }
        }
        "removal" => act(flow, ConfigEvent::DeleteChosen),
        _ => {}
    }
}

fn show_runs(flow: &mut Flow, state: &str) {
    let answer = match state {
        "loading" => return act(flow, ConfigEvent::RunsOpened),
        "failed" => Err(failure(Code::NetworkError)),
        "empty" => Ok(Found::Config(Rc::default())),
        _ => Ok(Found::Config(config())),
    };
    send(flow, Event::Config(ConfigEvent::RunsOpened), &answer);
}
