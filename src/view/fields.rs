//! The form: keys of an app, or what it asks for before signing in.
//!
//! Typed values live in the inputs alone until they are sent, and the inputs are blanked when the form goes away.

use super::Ui;
use super::dom::{El, el, focus, later};
use super::held::keep;
use super::icon;
use super::outcome;
use super::parts::{Face, Weight, actions, alert, bare_button, heading, icon_button, lead};
use crate::decimal::decimal;
use crate::flow::{Event, Fault, FieldError, Screen, Typed};
use crate::gather::Gather;
use crate::object;
use crate::platform::model::{AuthType, InputField, InputKind};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlInputElement};
use zeroize::Zeroizing;

/// A control of the form. `HtmlInputElement` stands for text areas and selections, too: `value` is the same.
#[derive(Clone)]
struct Control {
    field: String,
    label: String,
    multiple: bool,
    element: HtmlInputElement,
}

struct Form(Vec<Control>);

impl Form {
    fn read(&self) -> Typed {
        let mut typed = Vec::new();
        for control in &self.0 {
            if control.multiple {
                typed.extend(chosen(&control.element).map(|value| (control.field.clone(), Zeroizing::new(value))));
            } else {
                typed.push((control.field.clone(), Zeroizing::new(control.element.value())));
            }
        }
        typed.into()
    }

    fn focus(&self, field: &str) {
        if let Some(control) = self.0.iter().find(|control| control.field == field) {
            focus(&control.element);
        }
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        for control in &self.0 {
            control.element.set_value("");
        }
    }
}

fn chosen(select: &Element) -> impl Iterator<Item = String> {
    let options = select.children();
    (0..options.length()).filter_map(move |at| {
        let option: JsValue = options.item(at)?.into();
        let read = |name: &str| object::get(&option, name).ok();
        read("selected")?.is_truthy().then(|| read("value")?.as_string()).flatten()
    })
}

pub(super) fn screen(ui: Ui) -> El {
    let face = Face::current(ui);
    let (keys, framed) = ui.read(|state| match state.screen {
        Screen::Fields { auth_type, framed, .. } => (auth_type == AuthType::KeyBased, framed),
        _ => (false, false),
    });
    let title = if keys { "fields.title.keys" } else { "fields.title.oauth2" };
    let told = if framed { "fields.lead.framed" } else { "fields.lead" };
    el("section.stack")
        .child(outcome::top(ui))
        .child(
            el("div.head")
                .child(face.tile("t48"))
                .child(heading(ui, title, &face.name))
                .child(lead(ui, told, &face.name)),
        )
        .child(if framed { frame(ui, face.name) } else { form(ui) })
}

/// Tells that the frame is gone when its screen is.
struct Framed(Ui);

impl Drop for Framed {
    fn drop(&mut self) {
        self.0.frame(None);
    }
}

/// The place of the isolated frame, about as high as what comes, so that nothing jumps.
fn frame(ui: Ui, app: String) -> El {
    let fields = ui.read(|state| match &state.screen {
        Screen::Fields { slug, auth_type, .. } => {
            state.app(slug).and_then(|app| app.method(*auth_type)).map_or(0, |method| method.fields.len())
        }
        _ => 0,
    });
    let frame = el("iframe.isolated part=credentials")
        .attr_of(ui, "title", "fields.frame", &app)
        .property("block-size", &[&decimal(fields * 82 + 52), "px"].concat());
    ui.frame(Some(frame.element().clone()));
    keep(Framed(ui));
    frame
}

/// The fields with what is wrong with them, and the button that sends them.
pub(super) fn form(ui: Ui) -> El {
    let app = Face::current(ui).name;
    let (auth_type, fields) = ui.read(|state| {
        let auth_type = match state.screen {
            Screen::Fields { auth_type, .. } => Some(auth_type),
            _ => None,
        };
        let method = state.current_app().zip(auth_type).and_then(|(app, auth_type)| app.method(auth_type));
        (auth_type, method.map(|method| method.fields.clone()).unwrap_or_default())
    });
    let keys = auth_type == Some(AuthType::KeyBased);
    let busy = move || ui.read(|state| matches!(state.screen, Screen::Fields { busy: true, .. }));
    let errors = move || {
        ui.read(|state| match &state.screen {
            Screen::Fields { errors, .. } => errors.clone(),
            _ => Vec::new(),
        })
    };
    let problem = move || {
        ui.read(|state| match &state.screen {
            Screen::Fields { problem, .. } => problem.clone(),
            _ => None,
        })
    };
    let built = fields.iter().enumerate().map(|(at, one)| field(ui, at, one, errors, busy)).gather();
    let form = Rc::new(Form(built.iter().map(|(_, control)| control.clone()).gather()));
    let (reading, summing) = (Rc::clone(&form), Rc::clone(&form));
    let failed = app.clone();
    keep(form);
    let submit = bare_button(Weight::Primary)
        .with("type=submit")
        .state("aria-busy", busy)
        .text_with(move || ui.fmt(if keys { "app.connect" } else { "consent.continue" }, &[("app", &app)]));
    el("form.stack novalidate autocomplete=off")
        .on("submit", move |event| {
            event.prevent_default();
            ui.send(Event::FieldsSubmitted(reading.read()));
        })
        .slot(errors, move |errors| summary(ui, errors, &summing))
        .slot(problem, move |problem| problem.as_ref().map(|problem| alert(ui, problem, &failed)))
        .children(built.into_iter().map(|(field, _)| field))
        .child(actions([submit]))
}

/// What is wrong, in one place, each a way to its field.
fn summary(ui: Ui, errors: &[FieldError], form: &Rc<Form>) -> Option<El> {
    if errors.is_empty() {
        return None;
    }
    let count = errors.len();
    let line = |error: &FieldError| {
        let form = Rc::clone(form);
        let control = form.0.iter().find(|control| control.field == error.field);
        let label = control.map_or_else(|| error.field.clone(), |control| control.label.clone());
        let (kind, field) = (error.kind.clone(), error.field.clone());
        el("li").child(
            el("button.link type=button")
                .text_with(move || [&label, ": ", &sentence(ui, &kind)].concat())
                .on("click", move |_| form.focus(&field)),
        )
    };
    let summary = el("div.alert part=alert tabindex=-1").child(icon::icon(icon::ALERT)).child(
        el("div")
            .child(el("p.name").text_with(move || ui.plural("fields.summary", count, &[])))
            .child(el("ul role=list").children(errors.iter().map(line))),
    );
    let target = summary.element().clone();
    later(Box::new(move || focus(&target)));
    Some(summary)
}

/// What is wrong with a field, in words.
pub(super) fn sentence(ui: Ui, fault: &Fault) -> String {
    let key = match fault {
        Fault::Required => "field.required",
        Fault::NotAnEmail => "field.not_an_email",
        Fault::NotAUrl => "field.not_a_url",
        Fault::NotANumber => "field.not_a_number",
        Fault::NotADate => "field.not_a_date",
        Fault::NotJson => "field.not_json",
        Fault::Incomplete => "field.incomplete",
        Fault::Refused(sentence) if !sentence.is_empty() => return sentence.clone(),
        Fault::Refused(_) => "error.rejected",
    };
    ui.t(key)
}

/// One field: the label above, the help below, the error below that.
fn field(
    ui: Ui,
    at: usize,
    field: &InputField,
    errors: impl Fn() -> Vec<FieldError> + Copy + 'static,
    busy: impl Fn() -> bool + Copy + 'static,
) -> (El, Control) {
    let [id, help_id, error_id] = ["f", "h", "e"].map(|prefix| [prefix, &decimal(at)].concat());
    let name = field.name.clone();
    let error = move || errors().into_iter().find(|error| error.field == name).map(|error| error.kind);
    let (invalid, described, shown) = (error.clone(), error.clone(), error);
    let (help, errors_at) = (field.help.as_ref().map(|_| help_id.clone()), error_id.clone());
    let control = control(ui, field)
        .attr("id", &id)
        .with("part=input autocomplete=off data-1p-ignore data-lpignore=true data-dd-privacy=hidden data-sentry-mask")
        .state("aria-required", {
            let required = field.required;
            move || required
        })
        .state("aria-invalid", move || invalid().is_some())
        .attr_with("aria-describedby", move || {
            let error = described().map(|_| errors_at.clone());
            match (help.clone(), error) {
                (Some(help), Some(error)) => Some([help.as_str(), " ", &error].concat()),
                (help, error) => help.or(error),
            }
        })
        .flag("readonly", busy);
    let element: HtmlInputElement = control.element().clone().unchecked_into();
    let optional = (!field.required).then(|| el("span.sub").say(ui, "field.optional"));
    let label = el("label").attr("for", &id).with("part=label").child(el("span").text(&field.label)).maybe(optional);
    let boxed = el("div.control").child(control);
    let boxed = match field.kind {
        InputKind::Password => boxed.child(reveal(ui, &element, &field.label)),
        InputKind::Select if !field.multiple => boxed.child(icon::icon(icon::CHEVRON).class("i pick")),
        _ => boxed,
    };
    let whole = el("div.field")
        .child(label)
        .child(boxed)
        .maybe(field.help.as_ref().map(|help| el("p.sub part=help").attr("id", &help_id).text(help)))
        .slot(shown, move |kind| {
            kind.clone()
                .map(|kind| el("p.wrong part=error").attr("id", &error_id).text_with(move || sentence(ui, &kind)))
        });
    let control = Control { field: field.name.clone(), label: field.label.clone(), multiple: field.multiple, element };
    (whole, control)
}

fn control(ui: Ui, field: &InputField) -> El {
    let plain = |tag: &str| {
        el(tag)
            .class("input ph-no-capture rr-block")
            .attr("placeholder", &field.placeholder)
            .with("autocapitalize=off autocorrect=off spellcheck=false")
    };
    // Keys and addresses are written from left to right in every language.
    let input = |kind: &str, mode: &str| plain("input").attr("type", kind).attr("inputmode", mode).with("dir=ltr");
    match field.kind {
        InputKind::Text => input("text", "text").with("dir=auto"),
        InputKind::Password => input("password", "text"),
        InputKind::Email => input("email", "email"),
        InputKind::Url => input("url", "url"),
        InputKind::Number => input("text", "decimal"),
        InputKind::Textarea => plain("textarea").with("rows=4"),
        InputKind::Select => {
            let option = |(name, value): &(String, String)| el("option").attr("value", value).text(name);
            let select = el("select.input.ph-no-capture.rr-block");
            let select = if field.multiple {
                select.with("multiple")
            } else {
                select.child(el("option value").say(ui, "field.choose"))
            };
            select.children(field.options.iter().map(option))
        }
    }
}

/// Shows and hides what was typed in a masked field.
fn reveal(ui: Ui, input: &HtmlInputElement, label: &str) -> El {
    let (input, label) = (input.clone(), label.to_owned());
    let shown = Rc::new(Cell::new(false));
    let button = icon_button(ui, "field.show", icon::icon(icon::EYE))
        .with("aria-pressed=false")
        .attr_with("aria-label", move || Some(ui.fmt("field.show", &[("field", &label)])))
        .child(icon::icon(icon::EYE_OFF));
    let toggle = button.element().clone();
    button.on("click", move |_| {
        shown.set(!shown.get());
        input.set_type(if shown.get() { "text" } else { "password" });
        let _ = toggle.set_attribute("aria-pressed", if shown.get() { "true" } else { "false" });
    })
}
