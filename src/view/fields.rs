//! The form: keys of an app, or what it asks for before signing in.
//!
//! Typed values live in the inputs alone until they are sent, and the inputs are blanked when the form goes away.

use super::dom::{El, el, focus_soon, set_attribute};
use super::held::keep;
use super::icon;
use super::labelled::{self, Labelled};
use super::outcome;
use super::parts::{Weight, actions, bare_button, busy, head, heading, lead};
use super::{Ui, View};
use crate::decimal::decimal;
use crate::flow::{Event, Screen, State, Typed};
use crate::gather::Gather;
use crate::platform::model::config::FieldKey;
use crate::platform::model::{App, AuthType, InputField, InputKind};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use zeroize::Zeroizing;

/// A control of the form. `HtmlInputElement` stands for text areas and selections, too: `value` is the same.
struct Control {
    field: String,
    multiple: bool,
    element: HtmlInputElement,
}

struct Form(Vec<Control>);

impl Form {
    fn read(&self) -> Typed {
        let mut typed = Vec::new();
        for control in &self.0 {
            let mut take = |element: &HtmlInputElement| {
                typed.push((control.field.clone(), Zeroizing::new(element.value())));
            };
            if !control.multiple {
                take(&control.element);
                continue;
            }
            let mut next = control.element.first_element_child();
            while let Some(option) = next {
                if option.matches(":checked").unwrap_or(false) {
                    take(option.unchecked_ref());
                }
                next = option.next_element_sibling();
            }
        }
        typed.into()
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        for control in &self.0 {
            control.element.set_value("");
        }
    }
}

pub(super) fn screen(ui: &Ui, app: &App, auth_type: AuthType, framed: bool) -> El {
    let title = match auth_type {
        AuthType::KeyBased => "fields.title.keys",
        AuthType::OAuth2 => "fields.title.oauth2",
    };
    let told = if framed { "fields.lead.framed" } else { "fields.lead" };
    el("section.stack")
        .child(outcome::top(ui))
        .child(head(app, heading(ui, title, &app.name)).child(lead(ui, told, &app.name)))
        .child(if framed { frame(ui, app) } else { form(ui, app) })
}

/// What the screen asks for.
pub(super) fn asked(state: &State) -> &[InputField] {
    let Screen::Fields { auth_type, .. } = state.screen else { return &[] };
    state.method(auth_type).map_or(&[], |method| &method.fields)
}

/// Tells that the frame is gone when its screen is.
struct Framed(View);

impl Drop for Framed {
    fn drop(&mut self) {
        self.0.frame(None);
    }
}

/// The place of the isolated frame, about as high as what comes, so that nothing jumps.
fn frame(ui: &Ui, app: &App) -> El {
    let frame = el("iframe.isolated part=credentials")
        .attr_of(ui, "title", "fields.frame", &app.name)
        .property("block-size", &[&decimal(asked(ui.state).len() * 82 + 52), "px"].concat());
    ui.view.frame(Some(frame.element().clone()));
    keep(Framed(ui.view));
    frame
}

/// The fields with what is wrong with them, and the button that sends them.
pub(super) fn form(ui: &Ui, app: &App) -> El {
    let mut form = Form(Vec::new());
    let fields = asked(ui.state).iter().map(|asked| field(ui, asked, &mut form)).gather();
    let form = Rc::new(form);
    let typed = Rc::clone(&form);
    keep(form);
    let keys = matches!(ui.state.screen, Screen::Fields { auth_type: AuthType::KeyBased, .. });
    let submit = bare_button(Weight::Primary).with("type=submit").state(ui, "aria-busy", busy).say_of(
        ui,
        if keys { "app.connect" } else { "consent.continue" },
        &app.name,
    );
    el("form.stack novalidate autocomplete=off")
        .tells(ui, "submit", move |_, event| {
            event.prevent_default();
            Some(Event::FieldsSubmitted(typed.read()))
        })
        .slot(ui, labelled::note, |ui| {
            let summary = labelled::summary(ui, "div.alert part=alert tabindex=-1")?;
            focus_soon(summary.element());
            Some(summary)
        })
        .alerts(ui, |state| match &state.screen {
            Screen::Fields { problem, .. } => problem.as_ref(),
            _ => None,
        })
        .children(fields)
        .child(actions().child(submit))
}

/// The next field of a form.
fn field(ui: &Ui, field: &InputField, form: &mut Form) -> El {
    let id = ["f", &decimal(form.0.len())].concat();
    let labelled = Rc::new(Labelled { key: FieldKey::outside(&field.name), id, helped: field.help.is_some() });
    let control = labelled
        .tie(ui, control(ui, field), false)
        .with("autocomplete=off data-1p-ignore data-lpignore=true data-dd-privacy=hidden data-sentry-mask")
        .attr("aria-required", if field.required { "true" } else { "false" })
        .flag(ui, "readonly", busy);
    let element: HtmlInputElement = control.element().clone().unchecked_into();
    let boxed = el("div.control").child(control);
    let boxed = match field.kind {
        InputKind::Password => boxed.child(reveal(ui, &element, &field.label)),
        InputKind::Select if !field.multiple => boxed.child(icon::icon(icon::CHEVRON).class("i pick")),
        _ => boxed,
    };
    form.0.push(Control { field: field.name.clone(), multiple: field.multiple, element });
    labelled.frame(ui, &field.label, !field.required, field.help.as_deref(), boxed)
}

fn control(ui: &Ui, field: &InputField) -> El {
    // Keys and addresses are written from left to right in every language.
    let control = el(match field.kind {
        InputKind::Text => "input.input.ph-no-capture.rr-block dir=auto type=text inputmode=text",
        InputKind::Password => "input.input.ph-no-capture.rr-block dir=ltr type=password inputmode=text",
        InputKind::Email => "input.input.ph-no-capture.rr-block dir=ltr type=email inputmode=email",
        InputKind::Url => "input.input.ph-no-capture.rr-block dir=ltr type=url inputmode=url",
        InputKind::Number => "input.input.ph-no-capture.rr-block dir=ltr type=text inputmode=decimal",
        InputKind::Textarea => "textarea.input.ph-no-capture.rr-block rows=4",
        InputKind::Select => "select.input.ph-no-capture.rr-block",
    });
    match field.kind {
        InputKind::Select => {
            let option = |(name, value): &(String, String)| el("option").attr("value", value).text(name);
            let control = match field.multiple {
                true => control.with("multiple"),
                false => control.child(el("option value").say(ui, "field.choose")),
            };
            control.children(field.options.iter().map(option))
        }
        _ => {
            control.attr("placeholder", &field.placeholder).with("autocapitalize=off autocorrect=off spellcheck=false")
        }
    }
}

/// Shows and hides what was typed in a masked field.
fn reveal(ui: &Ui, input: &HtmlInputElement, label: &str) -> El {
    let input = input.clone();
    let shown = Cell::new(false);
    let button = bare_button(Weight::Quiet)
        .class("b b-icon")
        .with("aria-pressed=false")
        .attr_of(ui, "aria-label", "field.show", label)
        .child(icon::icon(icon::EYE))
        .child(icon::icon(icon::EYE_OFF));
    let toggle = button.element().clone();
    button.on("click", move |_| {
        shown.set(!shown.get());
        let (kind, pressed) = if shown.get() { ("text", "true") } else { ("password", "false") };
        set_attribute(&input, "type", Some(kind));
        set_attribute(&toggle, "aria-pressed", Some(pressed));
    })
}
