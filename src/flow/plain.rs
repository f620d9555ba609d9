//! The state as JSON, for interfaces of the host's own: `www/headless.d.ts` has its types. No state has a secret in it.

use super::config::{Configuring, Offer, Saving, Title};
use super::runs::Runs;
use super::state::{Fault, Loaded, RemovalStage, Screen, Stage, State};
use crate::decimal::decimal;
use crate::error::Failure;
use crate::platform::model::config::{Choice, Column, ConfigField, FieldKey, FieldKind, RuleColumns, RunState};
use crate::platform::write::Writer;
use std::rc::Rc;

impl Writer {
    fn number(&mut self, name: &str, number: usize) {
        self.source(name, &decimal(number));
    }

    fn failure(&mut self, failure: &Failure) {
        self.object("failure", |out| {
            out.text("code", failure.code.as_str());
            out.flag("retryable", failure.code.retryable());
            out.maybe("message", &failure.message);
            out.maybe("reference", &failure.reference);
        });
    }

    /// A word for how something stands; with a failure it failed.
    fn status(&mut self, name: &str, status: Result<&str, &Failure>) {
        if let Err(failure) = status {
            self.failure(failure);
        }
        self.text(name, status.unwrap_or("failed"));
    }

    /// The content, if it is there. What is shared is a place like any other: all of these are one function.
    #[inline(never)]
    fn loaded<'a, T>(&mut self, content: &'a Loaded<T>) -> Option<&'a T> {
        let (status, ready) = match content {
            Loaded::Loading => (Ok("loading"), None),
            Loaded::Failed(failure) => (Err(failure), None),
            Loaded::Ready(ready) => (Ok("ready"), Some(ready)),
        };
        self.status("status", status);
        ready
    }

    fn removal(&mut self, stage: &RemovalStage) {
        self.status(
            "status",
            match stage {
                RemovalStage::Asking => Ok("asking"),
                RemovalStage::Busy => Ok("busy"),
                RemovalStage::Failed(failure) => Err(failure),
            },
        );
    }

    /// Everything but the session. `apps`: whether the list goes along, which is long and seldom another one.
    pub(crate) fn state(&mut self, state: &State, apps: bool) {
        self.flag("online", state.online);
        self.string("search", &state.search);
        self.maybe("category", &state.category);
        self.maybe("organisation", &state.organisation.name);
        self.maybe("pinned", &state.pinned);
        if apps {
            self.object("apps", |out| {
                if let Some(apps) = out.loaded(&state.apps) {
                    out.list("items", &***apps, |out, app| out.app(app));
                }
            });
        }
        self.object("screen", |out| out.screen(state));
    }

    fn screen(&mut self, state: &State) {
        self.text("name", state.screen.name());
        self.maybe("app", &state.slug);
        match &state.screen {
            Screen::List => {}
            Screen::App { removal } => {
                if let Some(removal) = removal {
                    self.object("removal", |out| {
                        out.auth_type(removal.auth_type);
                        out.removal(&removal.stage);
                    });
                }
            }
            Screen::Consent { auth_type } => self.auth_type(*auth_type),
            Screen::Fields { auth_type, framed, busy, problem, errors } => {
                self.auth_type(*auth_type);
                self.flag("framed", *framed);
                self.flag("busy", *busy);
                if let Some(problem) = problem {
                    self.failure(problem);
                }
                self.faults("errors", errors);
            }
            Screen::Waiting { stage, .. } => self.text("stage", stage_name(*stage)),
            Screen::Connected { account } => self.object("account", |out| out.account(account)),
            Screen::Configure(configuring) => self.configuring(configuring),
            Screen::Runs(runs) => self.runs(runs),
            Screen::Failed { auth_type, failure } => {
                self.auth_type(*auth_type);
                self.failure(failure);
            }
        }
    }

    fn faults(&mut self, name: &str, faults: &[(Rc<FieldKey>, Fault)]) {
        self.list(name, faults, |out, (key, fault)| {
            out.string("field", &key.id);
            out.maybe("workflow", &key.workflow);
            out.fault(fault);
        });
    }

    fn configuring(&mut self, at: &Configuring) {
        let Some(config) = self.loaded(&at.content) else { return };
        self.maybe("configId", &config.config_id);
        self.texts("configs", &at.ids);
        self.list("pages", &at.pages, |out, page| {
            match &page.title {
                Title::General => {}
                Title::Named(name) => out.string("title", name),
                Title::Workflows => out.flag("workflows", true),
            }
            out.number("part", page.part);
        });
        self.number("page", at.page);
        let sections = at.pages.get(at.page).map_or(&[][..], |page| &page.sections);
        self.list("sections", sections, |out, section| {
            let workflow = section.workflow.and_then(|place| config.workflows.get(place));
            if let Some(workflow) = workflow {
                out.object("workflow", |out| {
                    out.string("id", &workflow.id);
                    out.string("name", &workflow.name);
                    out.maybe("description", &workflow.description);
                    out.flag("enabled", at.enabled(&workflow.id));
                });
            }
            out.list("fields", &section.fields, |out, field| out.field(at, field));
        });
        self.faults("faults", &at.faults);
        self.flag("dirty", at.dirty());
        self.flag("leaving", at.leaving);
        self.object("saving", |out| {
            out.status(
                "status",
                match &at.saving {
                    Saving::Idle => Ok("idle"),
                    Saving::Busy => Ok("busy"),
                    Saving::Saved => Ok("saved"),
                    Saving::Failed(failure) => Err(failure),
                },
            );
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
                self.string("message", sentence);
                "refused"
            }
        };
        self.text("kind", kind);
    }

    fn field(&mut self, at: &Configuring, field: &ConfigField) {
        self.string("id", &field.key.id);
        self.maybe("workflow", &field.key.workflow);
        self.string("name", &field.name);
        self.flag("required", field.required);
        self.flag("editable", field.editable());
        self.maybe("help", &field.help);
        self.string("placeholder", &field.placeholder);
        if let Some(value) = at.current(field) {
            self.value("value", value);
        }
        if let Some(draft) = at.draft(&field.key) {
            self.maybe("text", &draft.text);
        }
        let offer = at.offer(field);
        self.status(
            "options",
            match &offer {
                Offer::Ready(_) => Ok("ready"),
                Offer::Waiting => Ok("waiting"),
                Offer::Loading => Ok("loading"),
                Offer::Failed(failure) => Err(failure),
            },
        );
        let kind = match &offer {
            Offer::Ready(kind) => kind,
            _ => &field.kind,
        };
        self.kind(kind);
        if let FieldKind::Rules(_) = **kind {
            self.list("sides", at.asked.iter().filter(|asked| asked.rule && asked.field == field.key), |out, rule| {
                out.value("lhs", &rule.value);
                if let Some(kind) = out.loaded(&rule.answer)
                    && let FieldKind::Rules(columns) = &**kind
                {
                    out.columns(columns);
                }
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
                self.maybe("leftName", &mapping.left_name);
                self.choices("left", &mapping.left);
                self.maybe("rightName", &mapping.right_name);
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
                self.string("typeName", name);
                "unknown"
            }
        };
        self.text("type", name);
    }

    fn choices(&mut self, name: &str, choices: &[Choice]) {
        self.list(name, choices, |out, choice| {
            out.string("name", &choice.name);
            out.value("value", &choice.value);
        });
    }

    fn columns(&mut self, columns: &RuleColumns) {
        self.object("columns", |out| {
            for (name, column) in [("lhs", &columns.lhs), ("operator", &columns.operator), ("rhs", &columns.rhs)] {
                let Column { name: title, kind, options } = column;
                out.object(name, |out| {
                    out.maybe("name", title);
                    out.maybe("type", kind);
                    out.choices("choices", options);
                });
            }
        });
    }

    fn runs(&mut self, runs: &Runs) {
        self.list("workflows", &runs.config.workflows, |out, workflow| {
            out.string("id", &workflow.id);
            out.string("name", &workflow.name);
        });
        self.string("workflow", &runs.workflow);
        let Some(page) = self.loaded(&runs.content) else { return };
        self.number("page", page.page as usize);
        self.number("pages", page.pages as usize);
        self.list("runs", &page.runs, |out, run| {
            out.string("id", &run.id);
            out.string("name", &run.name);
            let state = match &run.state {
                RunState::Running => "running",
                RunState::Completed => "completed",
                RunState::Failed => "failed",
                RunState::Unknown(name) => name.as_str(),
            };
            out.text("state", state);
            out.string("startedAt", &run.started_at);
            out.maybe("error", &run.error);
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
