//! A catalog of any size, for tests of scale: the same apps for the same number, every time.

use std::error::Error;

use serde_json::{Value, json};

const FIRST: [&str; 25] = [
    "Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Glade", "Hazel", "Indigo", "Juniper", "Kestrel", "Larch",
    "Maple", "Nimbus", "Opal", "Pebble", "Quartz", "Ridge", "Sable", "Thistle", "Umber", "Vale", "Willow", "Yarrow",
    "Zephyr",
];
const KINDS: [(&str, &str, &str); 10] = [
    ("CRM", "CRM", "Contacts, companies and deals in one place."),
    ("Calendar", "Calendar", "Shared calendars and bookings."),
    ("Books", "Accounting", "Invoices, bills and the ledger behind them."),
    ("Payroll", "Payroll & HR", "Salaries, time off and people records."),
    ("Chat", "Messaging", "Channels and direct messages for teams."),
    ("Drive", "Storage", "Files and folders, shared and versioned."),
    ("Desk", "Support", "Tickets and answers for your customers."),
    ("Mailer", "Marketing", "Campaigns, audiences and results."),
    ("Build", "Developer tools", "Repositories, builds and releases."),
    ("Shop", "Commerce", "Products, orders and stock."),
];

/// The catalog file as JSON text.
pub(crate) fn generate(apps: usize) -> Result<String, Box<dyn Error>> {
    let apps: Vec<Value> = (0..apps).map(app).collect();
    Ok(serde_json::to_string_pretty(&json!({ "linked_accounts": ["acct_ada", "acct_grace"], "apps": apps }))?)
}

fn app(index: usize) -> Value {
    let first = FIRST[index % FIRST.len()];
    let (kind, tag, description) = KINDS[(index / FIRST.len()) % KINDS.len()];
    let series = index / (FIRST.len() * KINDS.len());
    let name = if series == 0 { format!("{first} {kind}") } else { format!("{first} {kind} {}", series + 1) };
    let auth = match index % 3 {
        0 => json!({"type": "keybased", "identifier": "api_key", "valid": {"api_key": "^key_[a-z0-9]{8,}$"},
            "fields": [{"name": "api_key", "label": "API key", "placeholder": "key_…", "required": true,
                "type": "password"}]}),
        _ => json!({"type": "oauth2", "scopes": ["records.read", "records.write"]}),
    };
    json!({"slug": name.to_lowercase().replace(' ', "-"), "name": name, "description": description, "tags": [tag],
        "auth": [auth]})
}
