//! What one finished connection costs the platform: the flow's own polling against one request every three seconds.

use connect_flow::{
    flow::{About, Command, Entry, Event, Flow, Found, Screen},
    platform::model::{Account, App, AuthType, Method},
};

use super::{ANSWER, Random};
use std::rc::Rc;

/// Logins of each kind; an odd number has a middle.
const LOGINS: u64 = 1_001;
/// The user needs this long at the provider, in milliseconds, give or take two seconds.
const LOGIN: f64 = 60_000.0;
/// The window closes by itself this long after the platform knows the account.
const CLOSE: f64 = 700.0;
const FIXED: f64 = 3_000.0;

/// Medians over the logins.
pub(super) struct Cost {
    pub(super) requests: f64,
    /// From the platform's knowing the account to the user's, in milliseconds.
    pub(super) late: f64,
}

/// This component's and a fixed interval's.
pub(super) fn costs() -> (Cost, Cost) {
    let run = |login: fn(&mut Random) -> (u32, f64)| {
        let (mut requests, mut late): (Vec<_>, Vec<_>) = (0..LOGINS)
            .map(|seed| login(&mut Random::new(seed)))
            .map(|(requests, late)| (f64::from(requests), late))
            .unzip();
        Cost { requests: median(&mut requests), late: median(&mut late) }
    };
    (run(ours), run(fixed))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn done(random: &mut Random) -> f64 {
    LOGIN + random.between(-2_000.0, 2_000.0)
}

/// Asks for the address, then every three seconds whether or not the last answer has come.
fn fixed(random: &mut Random) -> (u32, f64) {
    let begun = random.between(ANSWER.start, ANSWER.end);
    let known = begun + done(random);
    let polls = ((known - begun) / FIXED).ceil();
    let told = begun + polls * FIXED + random.between(ANSWER.start, ANSWER.end);
    (1 + polls as u32, told - known)
}

fn ours(random: &mut Random) -> (u32, f64) {
    let (mut flow, commands) = Flow::start(Some("crm".into()), Entry::Inline);
    let mut pending: Vec<(f64, Event)> = Vec::new();
    let (mut at, mut requests, mut known) = (0.0, 0, f64::INFINITY);
    let app = |connected: bool| App {
        slug: "crm".into(),
        name: "CRM".into(),
        description: None,
        icon: None,
        tags: Vec::new(),
        methods: vec![Method { auth_type: AuthType::OAuth2, fields: Vec::new(), scopes: Vec::new() }].into(),
        accounts: connected
            .then(|| Account {
                connection_id: Some("one".into()),
                identifier: "somebody@example.com".into(),
                connected_at: "2026-01-01T00:00:00Z".into(),
                active: true,
                auth_type: AuthType::OAuth2,
            })
            .into_iter()
            .map(Rc::new)
            .collect(),
        reauth_required: false,
    };
    // What comes before the click is not what connecting costs.
    for command in commands {
        if let Command::Ask(question) = command {
            flow.step(Event::Answered(question, Ok(Found::App(app(false).into()))), at);
        }
    }
    let mut commands = flow.step(Event::ConnectChosen(AuthType::OAuth2), at);
    commands.extend(flow.step(Event::ConsentGiven, at));
    loop {
        for command in std::mem::take(&mut commands) {
            let answered = at + random.between(ANSWER.start, ANSWER.end);
            let event = match command {
                Command::Ask(question) => {
                    let found = match question.about {
                        About::Baseline => Found::App(app(false).into()),
                        About::Poll => Found::App(app(at >= known).into()),
                        About::Connect(..) => Found::Window,
                        _ => continue,
                    };
                    Event::Answered(question, Ok(found))
                }
                Command::OpenPopup { attempt } => {
                    pending.push((at, Event::PopupOpened { attempt, opened: true }));
                    continue;
                }
                Command::NavigatePopup { attempt } => {
                    known = at + done(random);
                    pending.push((known + CLOSE, Event::PopupClosed { attempt }));
                    continue;
                }
                _ => continue,
            };
            requests += 1;
            pending.push((answered, event));
        }
        if matches!(flow.state().screen, Screen::Connected { .. }) {
            return (requests, at - known);
        }
        let wake = flow.next_wake().unwrap_or(f64::INFINITY);
        let first = pending.iter().enumerate().min_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b)).map(|(nth, _)| nth);
        match first.filter(|nth| pending[*nth].0 <= wake) {
            Some(nth) => {
                let (when, event) = pending.swap_remove(nth);
                at = when.max(at);
                commands = flow.step(event, at);
            }
            None if wake.is_finite() => {
                at = wake.max(at);
                commands = flow.step(Event::Tick, at);
            }
            // Nothing is under way and nothing will be: it did not connect.
            None => return (requests, f64::INFINITY),
        }
    }
}
