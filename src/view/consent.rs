//! Consent: what connecting allows, before anything is sent.

use super::Ui;
use super::dom::{El, el};
use super::icon;
use super::parts::{Weight, actions, bare_button, button, heading, lead, pair};
use crate::flow::Event;
use crate::platform::model::{App, AuthType};

pub(super) fn screen(ui: &Ui, app: &App, auth_type: AuthType) -> El {
    let method = app.method(auth_type);
    let scopes = method.map_or(&[][..], |method| &method.scopes);
    let asks = method.is_some_and(|method| !method.fields.is_empty());
    let keys = auth_type == AuthType::KeyBased;
    let name = &app.name;
    let next = match (keys, asks) {
        (true, _) => "consent.next.keys",
        (false, true) => "consent.next.fields",
        (false, false) => "consent.next.window",
    };
    let promise = |allowed: bool, key: &'static str| {
        el("li")
            .class(if allowed { "yes" } else { "no" })
            .child(icon::icon(if allowed { icon::CHECK } else { icon::LOCK }))
            .child(el("span").say_of(ui, key, name))
    };
    let go_on = bare_button(Weight::Primary).say_of(ui, "consent.continue", name).sends(ui, || Event::ConsentGiven);
    el("section.stack")
        .child(pair(ui, app, "div.pair aria-hidden=true"))
        .child(heading(ui, "consent.title", name).class("h center"))
        .child(
            el("ul.promises role=list")
                .child(promise(true, if scopes.is_empty() { "consent.allow.use" } else { "consent.allow.scopes" }))
                .child(promise(true, "consent.allow.stay"))
                .child(promise(false, if keys { "consent.deny.keys" } else { "consent.deny.password" })),
        )
        .maybe((!scopes.is_empty()).then(|| disclosure(ui, scopes)))
        .child(lead(ui, next, name).class("lead small"))
        .child(actions().child(go_on).child(button(ui, Weight::Quiet, "back", || Event::Back)))
        .child(links(ui))
}

/// The exact scopes, as the provider names them.
fn disclosure(ui: &Ui, scopes: &[String]) -> El {
    let count = scopes.len();
    let scope = |scope: &String| el("li").child(el("code").text(scope));
    el("details part=scopes")
        .child(
            el("summary")
                .child(icon::pointing(icon::CHEVRON))
                .child(el("span").text_with(ui, move |ui| ui.plural("consent.scopes", count, &[]))),
        )
        .child(el("ul role=list").children(scopes.iter().map(scope)))
}

fn links(ui: &Ui) -> El {
    let link = |ui: &Ui, url: &Option<String>, key: &'static str| {
        url.as_ref().map(|url| {
            el("a")
                .attr("href", url)
                .with("target=_blank")
                .attr("rel", "noopener noreferrer")
                .saying(ui, key)
                .child(icon::icon(icon::EXTERNAL))
        })
    };
    el("div.links").slot(
        ui,
        |ui, key| {
            key.maybe(ui.settings.privacy_url.as_deref());
            key.maybe(ui.settings.terms_url.as_deref());
        },
        move |ui| {
            let privacy = link(ui, &ui.settings.privacy_url, "consent.privacy");
            Some(el("p.small").maybe(privacy).maybe(link(ui, &ui.settings.terms_url, "consent.terms")))
        },
    )
}
