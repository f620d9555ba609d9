//! What stands around a control in every form: its label, its help, what is wrong with it, and the list of all that is.

use super::Ui;
use super::dom::{El, el, focus_in_soon};
use super::icon;
use super::key::Key;
use super::{configure, fields};
use crate::decimal::decimal;
use crate::flow::{ConfigEvent, Event, Fault, Page, Screen, State};
use crate::platform::model::config::FieldKey;
use std::rc::Rc;
use web_sys::Element;

/// A field of the form on screen, shared by all that follows it.
pub(super) struct Labelled {
    pub(super) key: Rc<FieldKey>,
    /// The control's; label, help and error have it behind a letter.
    pub(super) id: String,
    pub(super) helped: bool,
}

/// What can have the focus of a field.
const CONTROL: &str = ":is(input,select,textarea,button):enabled";

/// More lines than this are no help: the fields themselves say what is wrong.
const MOST_LINES: usize = 50;

/// What a field of the form on screen is called, and whether it is shown at all.
fn label<'a>(state: &'a State, key: &'a FieldKey) -> (&'a str, bool) {
    match &state.screen {
        Screen::Configure(at) => {
            let field = at.config().and_then(|config| config.field(key)).filter(|field| !field.hidden);
            field.map_or((&key.id, false), |field| (&field.name, true))
        }
        _ => {
            let field = fields::asked(state).iter().find(|field| field.name == key.id);
            (field.map_or(&key.id, |field| &field.label), true)
        }
    }
}

/// The id of its control, and the page where that is if it is another one.
fn place(state: &State, key: &FieldKey) -> Option<(String, Option<usize>)> {
    let Some(at) = configure::configuring(state) else {
        let nth = fields::asked(state).iter().position(|field| field.name == key.id)?;
        return Some((["f", &decimal(nth)].concat(), None));
    };
    let number = |page: &Page| page.fields().position(|field| *field.key == *key);
    let (page, nth) = at.pages.iter().enumerate().find_map(|(place, page)| Some((place, number(page)?)))?;
    Some((["c", &decimal(nth)].concat(), Some(page).filter(|page| *page != at.page)))
}

/// Gives a field's control the focus, on whatever page it is; `inside` is in the same form.
fn go(state: &State, key: &FieldKey, inside: &Element) -> Option<Event> {
    let (id, page) = place(state, key)?;
    if let Ok(Some(form)) = inside.closest("form,.configure") {
        // Beside its label, or in what is beside that.
        let [beside, within] = ["~", "~* "].map(|way| ["#l", &id, way, CONTROL].concat());
        focus_in_soon(&form, &[&*beside, ",", &within].concat());
    }
    page.map(|page| Event::Config(ConfigEvent::PageChosen(page)))
}

impl Labelled {
    /// What is wrong with it.
    fn wrong<'a>(&self, state: &'a State) -> Option<&'a Fault> {
        state.faults().iter().find(|(key, _)| *key == self.key).map(|(_, fault)| fault)
    }

    /// Ties a control to what stands around it; a group is several controls.
    pub(super) fn tie(self: &Rc<Self>, ui: &Ui, control: El, group: bool) -> El {
        let (invalid, described) = (Rc::clone(self), Rc::clone(self));
        let control = match group {
            true => control.with("role=group").attr("aria-labelledby", &self.around("l")),
            false => control
                .attr("id", &self.id)
                .with("part=input")
                .state(ui, "aria-invalid", move |ui| invalid.wrong(ui.state).is_some()),
        };
        control.attr_with(ui, "aria-describedby", move |ui| {
            let help = described.helped.then(|| described.around("h"));
            match (help, described.wrong(ui.state).map(|_| described.around("e"))) {
                (Some(help), Some(wrong)) => Some([&help, " ", &wrong].concat()),
                (help, wrong) => help.or(wrong),
            }
        })
    }

    /// The label above, the help below, what is wrong below that.
    pub(super) fn frame(self: &Rc<Self>, ui: &Ui, name: &str, optional: bool, help: Option<&str>, control: El) -> El {
        let optional = optional.then(|| el("span.sub").say(ui, "field.optional"));
        let label = el("label").attr("for", &self.id).attr("id", &self.around("l")).with("part=label");
        let help = help.map(|help| el("p.sub part=help").attr("id", &self.around("h")).text(help));
        let (kept, field) = (Rc::clone(self), Rc::clone(self));
        el("div.field").child(label.child(el("span").text(name)).maybe(optional)).child(control).maybe(help).slot(
            ui,
            move |ui, key| key.maybe(kept.wrong(ui.state).map(sentence)),
            move |ui| {
                let wrong = field.wrong(ui.state)?.clone();
                let line = el("p.wrong part=error").attr("id", &field.around("e"));
                Some(line.text_with(ui, move |ui| said(ui, &wrong)))
            },
        )
    }

    fn around(&self, letter: &str) -> String {
        [letter, &self.id].concat()
    }
}

/// What is wrong with a field: the key of a sentence, or the platform's own sentence.
fn sentence(fault: &Fault) -> &str {
    match fault {
        Fault::Required => "field.required",
        Fault::NotAnEmail => "field.not_an_email",
        Fault::NotAUrl => "field.not_a_url",
        Fault::NotANumber => "field.not_a_number",
        Fault::NotADate => "field.not_a_date",
        Fault::NotJson => "field.not_json",
        Fault::Incomplete => "field.incomplete",
        Fault::Refused(sentence) if !sentence.is_empty() => sentence,
        Fault::Refused(_) => "error.rejected",
    }
}

/// The same in words: what the platform says is no key, whatever it is.
fn said(ui: &Ui, fault: &Fault) -> String {
    match fault {
        Fault::Refused(sentence) if !sentence.is_empty() => sentence.clone(),
        _ => ui.t(sentence(fault)),
    }
}

/// Writes down all that is wrong.
pub(super) fn note(ui: &Ui, key: &mut Key) {
    for (field, wrong) in ui.state.faults() {
        key.maybe(field.workflow.as_deref());
        key.text(&field.id);
        key.text(sentence(wrong));
    }
}

/// What is wrong, in one place: each line a way to its field, on whatever page; plain text for a field that is not shown.
pub(super) fn summary(ui: &Ui, words: &str) -> Option<El> {
    let faults = ui.state.faults();
    let count = faults.len();
    let summary = el(words);
    let line = |(key, wrong): &(Rc<FieldKey>, Fault)| {
        let (label, shown) = label(ui.state, key);
        let (label, wrong) = (label.to_owned(), wrong.clone());
        let line = if shown {
            let (key, place) = (Rc::clone(key), summary.element().clone());
            el("button.link type=button").tells(ui, "click", move |ui, _| go(ui.state, &key, &place))
        } else {
            el("span")
        };
        el("li").child(line.text_with(ui, move |ui| [&label, ": ", &said(ui, &wrong)].concat()))
    };
    if count == 0 {
        return None;
    }
    let lines = el("ul role=list").children(faults.iter().take(MOST_LINES).map(line));
    let title = el("p.name").text_with(ui, move |ui| ui.plural("fields.summary", count, &[]));
    Some(summary.child(icon::icon(icon::ALERT)).child(el("div").child(title).child(lines)))
}
