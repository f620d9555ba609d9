//! What several screens are made of: buttons, headings, tiles of apps, failures.

use super::Ui;
use super::dom::{El, el};
use super::icon;
use crate::error::{Code, Failure};
use crate::flow::{Event, Screen, State};
use crate::platform::model::{App, AuthType};

/// What most elements say and do, as data: one function serves all of them, where closures would each be compiled.
impl El {
    /// The text of `key`, in the language of the moment.
    pub(super) fn say(self, ui: &Ui, key: &'static str) -> Self {
        self.say_of(ui, key, "")
    }

    /// As [`El::say`], about an app or whatever has a place in the text.
    pub(super) fn say_of(self, ui: &Ui, key: &'static str, about: &str) -> Self {
        let about = about.to_owned();
        self.text_with(ui, move |ui| ui.words(key, &about))
    }

    /// With the text of `key` in a child of its own, for what has more than that in it.
    pub(super) fn saying(self, ui: &Ui, key: &'static str) -> Self {
        self.child(el("span").say(ui, key))
    }

    /// Named by the text of `key`.
    pub(super) fn named(self, ui: &Ui, key: &'static str) -> Self {
        self.attr_of(ui, "aria-label", key, "")
    }

    /// An attribute that is the text of `key`, as for [`El::say_of`].
    pub(super) fn attr_of(self, ui: &Ui, attribute: &'static str, key: &'static str, about: &str) -> Self {
        let about = about.to_owned();
        self.attr_with(ui, attribute, move |ui| Some(ui.words(key, &about)))
    }

    /// Sends what `event` makes, inside the click.
    pub(super) fn sends(self, ui: &Ui, event: fn() -> Event) -> Self {
        self.tells(ui, "click", move |_, _| Some(event()))
    }

    /// What went wrong, as long as `failure` finds it.
    pub(super) fn alerts(self, ui: &Ui, failure: fn(&State) -> Option<&Failure>) -> Self {
        self.slot(
            ui,
            move |ui, key| {
                if let Some(failure) = failure(ui.state) {
                    key.failure(failure);
                }
            },
            move |ui| failure(ui.state).map(|failure| alert(ui, failure, app_name(ui))),
        )
    }

    /// Asks the host for a token again.
    pub(super) fn retries(self, ui: &Ui) -> Self {
        let view = ui.view;
        self.on("click", move |_| view.retry_session())
    }
}

/// "Connect" in its several forms.
pub(super) const fn connecting(auth_type: AuthType) -> fn() -> Event {
    match auth_type {
        AuthType::OAuth2 => || Event::ConnectChosen(AuthType::OAuth2),
        AuthType::KeyBased => || Event::ConnectChosen(AuthType::KeyBased),
    }
}

/// How much a button asks for: one [`Weight::Primary`] a screen.
#[derive(Clone, Copy)]
pub(super) enum Weight {
    Primary,
    Secondary,
    Quiet,
    Danger,
}

impl Weight {
    /// The button in a few words, and its parts.
    const fn looks(self) -> (&'static str, &'static str) {
        match self {
            Self::Primary => ("button.b.b-primary type=button", "button button-primary"),
            Self::Secondary => ("button.b.b-secondary type=button", "button button-secondary"),
            Self::Quiet => ("button.b.b-quiet type=button", "button button-quiet"),
            Self::Danger => ("button.b.b-danger type=button", "button button-danger"),
        }
    }
}

/// A button without a text or a listener yet.
pub(super) fn bare_button(weight: Weight) -> El {
    let (words, parts) = weight.looks();
    el(words).attr("part", parts)
}

/// A button with the text of `key` that sends what `event` makes, inside the click.
pub(super) fn button(ui: &Ui, weight: Weight, key: &'static str, event: fn() -> Event) -> El {
    bare_button(weight).say(ui, key).sends(ui, event)
}

/// A button of an icon alone, named by `key`.
pub(super) fn icon_button(ui: &Ui, key: &'static str, icon: El) -> El {
    bare_button(Weight::Quiet).class("b b-icon").named(ui, key).child(icon)
}

/// One step back, at the top of a screen.
pub(super) fn back(ui: &Ui) -> El {
    icon_button(ui, "back", icon::pointing(icon::BACK)).sends(ui, || Event::Back)
}

/// The heading of a screen: takes the focus when the screen appears.
pub(super) fn heading(ui: &Ui, key: &'static str, app: &str) -> El {
    bare_heading().say_of(ui, key, app)
}

/// A heading without a text yet.
pub(super) fn bare_heading() -> El {
    el("h2.h part=heading tabindex=-1")
}

/// A sentence below a heading.
pub(super) fn lead(ui: &Ui, key: &'static str, app: &str) -> El {
    el("p.lead").say_of(ui, key, app)
}

/// Buttons under one another or, where there is room, beside one another.
pub(super) fn actions() -> El {
    el("div.actions part=actions")
}

/// As [`actions`], beside one another wherever it is.
pub(super) fn action_row() -> El {
    el("div.actions.row part=actions")
}

/// Something that is asked before it is done, in place; never by a dialog of the browser.
pub(super) fn question(ui: &Ui, title: &'static str, app: &str, text: El) -> El {
    el("div.removal part=confirmation role=group").child(el("h3 tabindex=-1").say_of(ui, title, app)).child(text)
}

/// The app's icon, or its first letter in a colour of its own until and unless the icon loads.
pub(super) fn tile(size: &str, slug: &str, name: &str, icon: Option<&str>) -> El {
    dress(bare_tile(), size, slug, name, icon)
}

/// A tile of no app yet.
pub(super) fn bare_tile() -> El {
    el("span part=tile aria-hidden=true").child(el("span"))
}

/// The last class of a tile whose image has neither loaded nor failed.
pub(super) const WAITING: &str = " wait";

/// Makes a bare tile that of an app.
pub(super) fn dress(tile: El, size: &str, slug: &str, name: &str, icon: Option<&str>) -> El {
    // FNV-1a: the same app has the same colour everywhere.
    let hash = slug.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    let hue = ["h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"][(hash >> 8) as usize % 8];
    let _ = tile.inner().text(name.get(..name.ceil_char_boundary(1)).unwrap_or_default());
    let image = icon
        .map(|address| el("img alt referrerpolicy=no-referrer decoding=async draggable=false").attr("src", address));
    let class = ["tile ", size, " ", hue, if image.is_some() { WAITING } else { "" }].concat();
    tile.class(&class).maybe(image)
}

/// The tile of an app as it is now.
pub(super) fn tile_of(app: &App, size: &str) -> El {
    tile(size, &app.slug, &app.name, app.icon.as_deref())
}

/// The top of a screen about an app: its tile and what is said beside it.
pub(super) fn head(app: &App, heading: El) -> El {
    el("div.head").child(tile_of(app, "t48")).child(heading)
}

/// The host and the app, and the line between them.
pub(super) fn pair(ui: &Ui, app: &App, words: &str) -> El {
    let host = ui.host();
    el(words).child(tile("t48 neutral", &host, &host, None)).child(el("span.line")).child(tile_of(app, "t48"))
}

/// Whether the screen waits for an answer to what was done there.
pub(super) fn busy(ui: &Ui) -> bool {
    match &ui.state.screen {
        Screen::Fields { busy, .. } => *busy,
        Screen::Configure(at) => at.busy(),
        Screen::App { removal: Some(removal) } => removal.busy(),
        _ => false,
    }
}

/// The name of the app that the screen is about.
pub(super) fn app_name<'a>(ui: &'a Ui) -> &'a str {
    ui.state.current_app().map_or("", |app| &app.name)
}

/// A heading of a failure.
pub(super) fn failure_title(ui: &Ui, code: Code, app: &str) -> String {
    named(ui, code, ".title", app)
}

/// A sentence on a failure: what happened and what to do.
pub(super) fn failure_text(ui: &Ui, code: Code, app: &str) -> String {
    named(ui, code, "", app)
}

fn named(ui: &Ui, code: Code, suffix: &str, app: &str) -> String {
    let key = ["error.", code.as_str(), suffix].concat();
    let text = ui.t(&key);
    let text = if text == key { ui.t(&["error.general", suffix].concat()) } else { text };
    ui.filled(&text, app)
}

/// The platform's or the provider's own words, where they say more than ours.
pub(super) fn failure_details(ui: &Ui, failure: &Failure) -> El {
    let said = matches!(failure.code, Code::Rejected | Code::CredentialsRefused | Code::Forbidden | Code::Conflict);
    let message = failure.message.as_ref().filter(|_| said).map(|message| el("p.said").text(message));
    let reference = failure.reference.as_ref().map(|reference| {
        el("p.reference").saying(ui, "error.reference").child(el("code part=reference").text(reference))
    });
    el("div.details").maybe(message).maybe(reference)
}

/// A failure inside a screen that goes on, in place of what did not work.
pub(super) fn alert(ui: &Ui, failure: &Failure, app: &str) -> El {
    let details = failure_details(ui, failure);
    let (code, app) = (failure.code, app.to_owned());
    el("div.alert part=alert role=alert")
        .child(icon::icon(icon::ALERT))
        .child(el("div").child(el("p").text_with(ui, move |ui| failure_text(ui, code, &app))).child(details))
}

/// A screen, or the middle of one, that says one thing: a drawing, a heading; then a sentence, and what to do.
pub(super) fn statement(drawing: El, heading: El) -> El {
    el("div.statement").child(drawing).child(heading)
}
