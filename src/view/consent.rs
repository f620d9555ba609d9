//! Consent: what connecting allows, before anything is sent.

use super::Ui;
use super::dom::{El, el};
use super::icon;
use super::parts::{Face, Weight, actions, bare_button, button, heading, lead};
use crate::flow::{Event, Screen};
use crate::platform::model::AuthType;

pub(super) fn screen(ui: Ui) -> El {
    let face = Face::current(ui);
    let (auth_type, scopes, asks) = ui.read(|state| {
        let auth_type = match state.screen {
            Screen::Consent { auth_type, .. } => Some(auth_type),
            _ => None,
        };
        let method = state.current_app().zip(auth_type).and_then(|(app, auth_type)| app.method(auth_type));
        (
            auth_type,
            method.map(|method| method.scopes.clone()).unwrap_or_default(),
            method.is_some_and(|m| !m.fields.is_empty()),
        )
    });
    let keys = auth_type == Some(AuthType::KeyBased);
    let app = &face.name;
    let next = match (keys, asks) {
        (true, _) => "consent.next.keys",
        (false, true) => "consent.next.fields",
        (false, false) => "consent.next.window",
    };
    let promise = |allowed: bool, key: &'static str| {
        el("li")
            .class(if allowed { "yes" } else { "no" })
            .child(icon::icon(if allowed { icon::CHECK } else { icon::LOCK }))
            .child(el("span").say_of(ui, key, app))
    };
    el("section.stack")
        .child(face.pair(ui, false))
        .child(heading(ui, "consent.title", app).class("h center"))
        .child(el("ul.promises role=list").children([
            promise(true, if scopes.is_empty() { "consent.allow.use" } else { "consent.allow.scopes" }),
            promise(true, "consent.allow.stay"),
            promise(false, if keys { "consent.deny.keys" } else { "consent.deny.password" }),
        ]))
        .maybe((!scopes.is_empty()).then(|| disclosure(ui, &scopes)))
        .child(lead(ui, next, app).class("lead small"))
        .child(actions([
            bare_button(Weight::Primary).say_of(ui, "consent.continue", app).sends(ui, || Event::ConsentGiven),
            button(ui, Weight::Quiet, "back", || Event::Back),
        ]))
        .child(links(ui))
}

/// The exact scopes, as the provider names them.
fn disclosure(ui: Ui, scopes: &[String]) -> El {
    let count = scopes.len();
    let scope = |scope: &String| el("li").child(el("code").text(scope));
    el("details part=scopes")
        .child(
            el("summary")
                .child(icon::pointing(icon::CHEVRON))
                .child(el("span").text_with(move || ui.plural("consent.scopes", count, &[]))),
        )
        .child(el("ul role=list").children(scopes.iter().map(scope)))
}

fn links(ui: Ui) -> El {
    let link = move |url: &Option<String>, key: &'static str| {
        url.as_ref().map(|url| {
            el("a")
                .attr("href", url)
                .with("target=_blank")
                .attr("rel", "noopener noreferrer")
                .saying(ui, key)
                .child(icon::icon(icon::EXTERNAL))
        })
    };
    let urls = move || ui.settings(|settings| (settings.privacy_url.clone(), settings.terms_url.clone()));
    el("div.links").slot(urls, move |(privacy, terms)| {
        Some(el("p.small").maybe(link(privacy, "consent.privacy")).maybe(link(terms, "consent.terms")))
    })
}
