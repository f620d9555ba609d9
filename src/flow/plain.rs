//! The state as JSON, for interfaces of the host's own: `www/headless.d.ts` has its types. No state has a secret in it.

use super::config::{Configuring, Draft, Fault, Offer, Saving, Title};
use super::runs::Runs;
use super::state::{Apps, FieldErrorKind, Loaded, RemovalStage, Screen, Stage, State};
use crate::decimal::decimal;
use crate::error::Failure;
use crate::platform::json::{Value, append_text};
use crate::platform::model::config::{Choice, Column, ConfigField, FieldKey, FieldKind, RuleColumns, RunState};
use crate::platform::model::{Account, App, InputField, InputKind};

/// JSON under construction: what is put follows what was put before.
#[derive(Default)]
pub(crate) struct Plain(String);

impl Plain {
    pub(crate) fn finish(self) -> String {
        self.0
    }

    /// A member's name, or none for an item, and what keeps it from the one before.
    fn begin(&mut self, name: &str) {
        if !self.0.is_empty() && !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
        if !name.is_empty() {
            append_text(name, &mut self.0);
            self.0.push(':');
        }
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.begin(name);
        append_text(text, &mut self.0);
    }

    fn maybe(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub(crate) fn flag(&mut self, name: &str, flag: bool) {
        self.source(name, if flag { "true" } else { "false" });
    }

    fn number(&mut self, name: &str, number: usize) {
        self.source(name, &decimal(number));
    }

    fn value(&mut self, name: &str, value: Option<&Value>) {
        if let Some(value) = value {
            self.source(name, &value.write());
        }
    }

    fn source(&mut self, name: &str, source: &str) {
        self.begin(name);
        self.0.push_str(source);
    }

    pub(crate) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.source(name, "{");
        fill(self);
        self.0.push('}');
    }

    fn list<T>(&mut self, name: &str, items: impl IntoIterator<Item = T>, each: impl Fn(&mut Self, T)) {
        self.source(name, "[");
        items.into_iter().for_each(|item| each(self, item));
        self.0.push(']');
    }

    fn texts(&mut self, name: &str, texts: &[String]) {
        self.list(name, texts, |out, text| out.text("", text));
    }

    fn failure(&mut self, failure: &Failure) {
        self.object("failure", |out| {
            out.text("code", failure.code.as_str());
            out.flag("retryable", failure.code.retryable());
            out.maybe("message", failure.message.as_deref());
            out.maybe("reference", failure.reference.as_deref());
        });
    }

    /// The content, if it is there.
    fn loaded<'a, T>(&mut self, content: &'a Loaded<T>) -> Option<&'a T> {
        let (status, ready) = match content {
            Loaded::Loading => ("loading", None),
            Loaded::Failed(failure) => {
                self.failure(failure);
                ("failed", None)
            }
            Loaded::Ready(ready) => ("ready", Some(ready)),
        };
        self.text("status", status);
        ready
    }

    fn removal(&mut self, stage: &RemovalStage) {
        let status = match stage {
            RemovalStage::Asking => "asking",
            RemovalStage::Busy => "busy",
            RemovalStage::Failed(failure) => {
                self.failure(failure);
                "failed"
            }
        };
        self.text("status", status);
    }

    /// Everything but the session. `apps`: whether the list goes along, which is long and seldom another one.
    pub(crate) fn state(&mut self, state: &State, apps: bool) {
        self.flag("online", state.online);
        self.text("search", &state.search);
        self.maybe("category", state.category.as_deref());
        self.maybe("organisation", state.organisation.name.as_deref());
        self.maybe("pinned", state.pinned.as_deref());
        if apps {
            self.object("apps", |out| match &state.apps {
                Apps::Loading => out.text("status", "loading"),
                Apps::Failed(failure) => {
                    out.text("status", "failed");
                    out.failure(failure);
                }
                Apps::Ready(apps) => {
                    out.text("status", "ready");
                    out.list("items", &**apps, |out, app| out.object("", |out| out.app(app)));
                }
            });
        }
        self.object("screen", |out| out.screen(&state.screen));
    }

    fn app(&mut self, app: &App) {
        self.text("slug", &app.slug);
        self.text("name", &app.name);
        self.maybe("description", app.description.as_deref());
        self.maybe("icon", app.icon.as_deref());
        self.texts("tags", &app.tags);
        self.list("methods", &app.methods, |out, method| {
            out.object("", |out| {
                out.text("authType", method.auth_type.as_str());
                out.texts("scopes", &method.scopes);
                out.list("fields", &method.fields, |out, field| out.object("", |out| out.input(field)));
            });
        });
        self.list("accounts", &app.accounts, |out, account| out.object("", |out| out.account(account)));
        self.flag("needsAttention", app.needs_attention());
    }

    fn account(&mut self, account: &Account) {
        self.maybe("connectionId", account.connection_id.as_deref());
        self.text("identifier", &account.identifier);
        self.text("connectedAt", &account.connected_at);
        self.flag("active", account.active);
        self.text("authType", account.auth_type.as_str());
    }

    fn input(&mut self, field: &InputField) {
        self.text("name", &field.name);
        self.text("label", &field.label);
        self.text("placeholder", &field.placeholder);
        self.flag("required", field.required);
        self.flag("multiple", field.multiple);
        self.maybe("help", field.help.as_deref());
        let kind = match field.kind {
            InputKind::Text => "text",
            InputKind::Password => "password",
            InputKind::Email => "email",
            InputKind::Url => "url",
            InputKind::Number => "number",
            InputKind::Textarea => "textarea",
            InputKind::Select => "select",
        };
        self.text("type", kind);
        self.list("options", &field.options, |out, (name, value)| {
            out.object("", |out| {
                out.text("name", name);
                out.text("value", value);
            });
        });
    }

    fn screen(&mut self, screen: &Screen) {
        self.text("name", screen.name());
        self.maybe("app", screen.slug());
        match screen {
            Screen::List => {}
            Screen::App { removal, .. } => {
                if let Some(removal) = removal {
                    self.object("removal", |out| {
                        out.text("authType", removal.auth_type.as_str());
                        out.removal(&removal.stage);
                    });
                }
            }
            Screen::Consent { auth_type, .. } => self.text("authType", auth_type.as_str()),
            Screen::Fields { auth_type, framed, busy, problem, errors, .. } => {
                self.text("authType", auth_type.as_str());
                self.flag("framed", *framed);
                self.flag("busy", *busy);
                if let Some(problem) = problem {
                    self.failure(problem);
                }
                self.list("errors", errors, |out, error| {
                    out.object("", |out| {
                        out.text("field", &error.field);
                        out.input_fault(&error.kind);
                    });
                });
            }
            Screen::Waiting { stage, .. } => self.text("stage", stage_name(*stage)),
            Screen::Connected { account, .. } => self.object("account", |out| out.account(account)),
            Screen::Configure(configuring) => self.configuring(configuring),
            Screen::Runs(runs) => self.runs(runs),
            Screen::Failed { auth_type, failure, .. } => {
                self.text("authType", auth_type.as_str());
                self.failure(failure);
            }
        }
    }

    fn input_fault(&mut self, fault: &FieldErrorKind) {
        let kind = match fault {
            FieldErrorKind::Required => "required",
            FieldErrorKind::NotAnEmail => "not_an_email",
            FieldErrorKind::NotAUrl => "not_a_url",
            FieldErrorKind::NotANumber => "not_a_number",
            FieldErrorKind::Refused(sentence) => {
                self.text("message", sentence);
                "refused"
            }
        };
        self.text("kind", kind);
    }

    fn configuring(&mut self, at: &Configuring) {
        let Some(config) = self.loaded(&at.content) else { return };
        self.maybe("configId", config.config_id.as_deref());
        self.texts("configs", &at.ids);
        self.list("pages", &*at.pages, |out, page| {
            out.object("", |out| {
                match &page.title {
                    Title::General => {}
                    Title::Named(name) => out.text("title", name),
                    Title::Workflows => out.flag("workflows", true),
                }
                out.number("part", page.part);
            });
        });
        self.number("page", at.page);
        let sections = at.pages.get(at.page).map_or(&[][..], |page| &page.sections);
        self.list("sections", sections, |out, section| {
            let workflow = section.workflow.and_then(|place| config.workflows.get(place));
            out.object("", |out| {
                if let Some(workflow) = workflow {
                    out.object("workflow", |out| {
                        out.text("id", &workflow.id);
                        out.text("name", &workflow.name);
                        out.maybe("description", workflow.description.as_deref());
                        out.flag("enabled", at.enabled(&workflow.id));
                    });
                }
                let id = workflow.map(|workflow| workflow.id.as_str());
                let list = config.list(id);
                out.list("fields", section.fields.iter().filter_map(|place| list.get(*place)), |out, field| {
                    let key = FieldKey { workflow: id.map(str::to_owned), id: field.id.clone() };
                    out.object("", |out| out.field(at, &key, field));
                });
            });
        });
        self.list("faults", &at.faults, |out, (key, fault)| {
            out.object("", |out| {
                out.text("field", &key.id);
                out.maybe("workflow", key.workflow.as_deref());
                out.fault(fault);
            });
        });
        self.flag("dirty", at.dirty());
        self.flag("leaving", at.leaving);
        self.object("saving", |out| {
            let status = match &at.saving {
                Saving::Idle => "idle",
                Saving::Busy => "busy",
                Saving::Saved => "saved",
                Saving::Failed(failure) => {
                    out.failure(failure);
                    "failed"
                }
            };
            out.text("status", status);
        });
        if let Some(stage) = &at.removal {
            self.object("removal", |out| out.removal(stage));
        }
    }

    fn fault(&mut self, fault: &Fault) {
        let kind = match fault {
            Fault::Required => "required",
            Fault::NotAnEmail => "not_an_email",
            Fault::NotAUrl => "not_a_url",
            Fault::NotANumber => "not_a_number",
            Fault::NotADate => "not_a_date",
            Fault::NotJson => "not_json",
            Fault::Incomplete => "incomplete",
            Fault::Refused(sentence) => {
                self.text("message", sentence);
                "refused"
            }
        };
        self.text("kind", kind);
    }

    fn field(&mut self, at: &Configuring, key: &FieldKey, field: &ConfigField) {
        self.text("id", &field.id);
        self.maybe("workflow", key.workflow.as_deref());
        self.text("name", &field.name);
        self.flag("required", field.required);
        self.flag("editable", field.editable());
        self.maybe("help", field.help.as_deref());
        self.text("placeholder", &field.placeholder);
        self.value("value", at.current(key, field));
        if let Some(Draft::Typed { text, .. }) = at.draft(key) {
            self.text("text", text);
        }
        let own = || field.kind.clone();
        let (status, kind) = match at.offer(key, field) {
            Offer::Ready(kind) => ("ready", (*kind).clone()),
            Offer::Waiting => ("waiting", own()),
            Offer::Loading => ("loading", own()),
            Offer::Failed(failure) => {
                self.failure(&failure);
                ("failed", own())
            }
        };
        self.text("options", status);
        self.kind(&kind);
        if let FieldKind::Rules(_) = kind {
            let known = at.rules.iter().filter(|rule| rule.field == *key);
            self.list("sides", known, |out, rule| {
                out.object("", |out| {
                    out.value("lhs", Some(&rule.lhs));
                    if let Some(columns) = out.loaded(&rule.columns) {
                        out.columns(columns);
                    }
                });
            });
        }
    }

    fn kind(&mut self, kind: &FieldKind) {
        let name = match kind {
            FieldKind::Text => "text",
            FieldKind::Textarea => "textarea",
            FieldKind::Date => "date",
            FieldKind::Number => "number",
            FieldKind::Url => "url",
            FieldKind::Email => "email",
            FieldKind::Json => "json",
            FieldKind::Select { options, multiple } => {
                self.choices("choices", options);
                self.flag("multiple", *multiple);
                "select"
            }
            FieldKind::Map(mapping) => {
                self.maybe("leftName", mapping.left_name.as_deref());
                self.choices("left", &mapping.left);
                self.maybe("rightName", mapping.right_name.as_deref());
                if let Some(right) = &mapping.right {
                    self.choices("right", right);
                }
                self.flag("multiple", mapping.multiple);
                "map"
            }
            FieldKind::Rules(columns) => {
                self.columns(columns);
                "rule_engine"
            }
            FieldKind::Unknown(name) => {
                self.text("typeName", name);
                "unknown"
            }
        };
        self.text("type", name);
    }

    fn choices(&mut self, name: &str, choices: &[Choice]) {
        self.list(name, choices, |out, choice| {
            out.object("", |out| {
                out.text("name", &choice.name);
                out.value("value", Some(&choice.value));
            });
        });
    }

    fn columns(&mut self, columns: &RuleColumns) {
        self.object("columns", |out| {
            for (name, column) in [("lhs", &columns.lhs), ("operator", &columns.operator), ("rhs", &columns.rhs)] {
                let Column { name: title, kind, options } = column;
                out.object(name, |out| {
                    out.maybe("name", title.as_deref());
                    out.maybe("type", kind.as_deref());
                    out.choices("choices", options);
                });
            }
        });
    }

    fn runs(&mut self, runs: &Runs) {
        self.list("workflows", &runs.workflows, |out, (id, name)| {
            out.object("", |out| {
                out.text("id", id);
                out.text("name", name);
            });
        });
        self.text("workflow", &runs.workflow);
        let Some(page) = self.loaded(&runs.content) else { return };
        self.number("page", page.page as usize);
        self.number("pages", page.pages as usize);
        self.list("runs", &page.runs, |out, run| {
            out.object("", |out| {
                out.text("id", &run.id);
                out.text("name", &run.name);
                let state = match &run.state {
                    RunState::Running => "running",
                    RunState::Completed => "completed",
                    RunState::Failed => "failed",
                    RunState::Unknown(name) => name.as_str(),
                };
                out.text("state", state);
                out.text("startedAt", &run.started_at);
                out.maybe("error", run.error.as_deref());
            });
        });
    }
}

const fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Preparing => "preparing",
        Stage::SigningIn => "signing-in",
        Stage::SigningInLong => "signing-in-long",
        Stage::Blocked => "blocked",
        Stage::Checking => "checking",
        Stage::Unfinished => "unfinished",
    }
}
