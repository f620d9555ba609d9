//! What must hold whatever happens in whatever order, and the paths that users take.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::error::{Code, Failure, Report};
use crate::platform::json::Value;
use crate::platform::model::{Account, App, AuthType, InputField, InputKind, Method};
use proptest::prelude::*;
use std::rc::Rc;
use zeroize::Zeroizing;

fn account(id: &str, at: &str, auth_type: AuthType) -> Account {
    Account {
        connection_id: Some(id.into()),
        identifier: format!("{id}@example.com"),
        connected_at: at.into(),
        active: true,
        auth_type,
    }
}

fn method(auth_type: AuthType, fields: &[(&str, InputKind)]) -> Method {
    let fields = fields.iter().map(|(name, kind)| InputField {
        name: (*name).into(),
        label: (*name).into(),
        placeholder: String::new(),
        required: true,
        kind: *kind,
        help: None,
        multiple: false,
        options: Vec::new(),
    });
    Method { auth_type, fields: fields.collect(), scopes: vec!["read".into()] }
}

fn app(slug: &str, methods: Vec<Method>, accounts: Vec<Account>) -> Rc<App> {
    Rc::new(App {
        slug: slug.into(),
        name: slug.to_uppercase(),
        description: None,
        icon: None,
        tags: Vec::new(),
        methods: Rc::new(methods),
        accounts: accounts.into_iter().map(Rc::new).collect(),
        reauth_required: false,
    })
}

fn crm(accounts: Vec<Account>) -> Rc<App> {
    app("crm", vec![method(AuthType::OAuth2, &[])], accounts)
}

fn vault() -> Rc<App> {
    connected_vault(vec![])
}

fn connected_vault(accounts: Vec<Account>) -> Rc<App> {
    let fields = [("api_key", InputKind::Password), ("site", InputKind::Url)];
    app("vault", vec![method(AuthType::KeyBased, &fields)], accounts)
}

fn shop() -> Rc<App> {
    app("shop", vec![method(AuthType::OAuth2, &[("subdomain", InputKind::Text)])], vec![])
}

fn typed(fields: &[(&str, &str)]) -> Typed {
    fields.iter().map(|(name, value)| ((*name).into(), Zeroizing::new((*value).into()))).collect::<Vec<_>>().into()
}

fn answered(number: u32, slug: &str, about: About, answer: Result<Found, Failure>) -> Event {
    Event::Answered(Box::new(Question { number, slug: slug.into(), about }), answer)
}

fn loaded(slug: &str, result: Result<Rc<App>, Failure>) -> Event {
    answered(0, slug, About::App, result.map(Found::App))
}

fn baseline(attempt: u32, result: Result<Rc<App>, Failure>) -> Event {
    answered(attempt, "", About::Baseline, result.map(Found::App))
}

fn polled(attempt: u32, result: Result<Rc<App>, Failure>) -> Event {
    answered(attempt, "", About::Poll, result.map(Found::App))
}

fn authorized(attempt: u32, answer: Result<Found, Failure>) -> Event {
    answered(attempt, "", About::Connect(AuthType::OAuth2, Typed::default()), answer)
}

fn saved(attempt: u32, result: Result<(), Failure>) -> Event {
    answered(attempt, "", About::Connect(AuthType::KeyBased, Typed::default()), result.map(|()| Found::Done))
}

fn disconnected(slug: &str, result: Result<(), Failure>) -> Event {
    answered(0, slug, About::Disconnect(AuthType::OAuth2, vec!["a".to_owned()]), result.map(|()| Found::Done))
}

/// Whether a command is a question of that kind.
fn asks(command: &Command, about: fn(&About) -> bool) -> bool {
    matches!(command, Command::Ask(question) if about(&question.about))
}

/// The number of a question that connects something.
fn connects(command: &Command) -> Option<u32> {
    match command {
        Command::Ask(question) if matches!(question.about, About::Connect(..)) => Some(question.number),
        _ => None,
    }
}

/// A flow with its clock, and what it wanted last.
struct Run {
    flow: Flow,
    now: f64,
    commands: Vec<Command>,
}

impl Run {
    fn new() -> Self {
        Self::with(Entry::Inline)
    }

    fn with(entry: Entry) -> Self {
        let (flow, commands) = Flow::start(None, entry);
        let mut run = Self { flow, now: 0.0, commands };
        run.send(Event::AppsLoaded(Ok(vec![crm(vec![]), vault(), shop()])));
        run
    }

    fn send(&mut self, event: Event) -> &mut Self {
        self.commands = self.flow.step(event, self.now);
        self
    }

    /// Lets the clock run to the next moment at which the flow wants to act.
    fn wake(&mut self) -> &mut Self {
        self.now = self.flow.next_wake().unwrap();
        self.send(Event::Tick)
    }

    fn at(&self) -> &'static str {
        self.flow.state().screen.name()
    }

    fn stage(&self) -> Stage {
        match self.flow.state().screen {
            Screen::Waiting { stage, .. } => stage,
            ref other => panic!("not waiting but {}", other.name()),
        }
    }

    fn wants(&self, find: fn(&Command) -> bool) -> bool {
        self.commands.iter().any(find)
    }

    fn errors(&self) -> Vec<Code> {
        self.commands
            .iter()
            .filter_map(|command| match command {
                Command::Emit(Notice::Error { failure, .. }) => Some(failure.code),
                _ => None,
            })
            .collect()
    }

    /// Up to the provider's window, with these accounts from before.
    fn waiting(before: Vec<Account>) -> Self {
        let mut run = Self::new();
        run.send(Event::AppChosen("crm".into())).send(Event::ConnectChosen(AuthType::OAuth2)).send(Event::ConsentGiven);
        run.send(Event::PopupOpened { attempt: 1, opened: true });
        run.send(baseline(1, Ok(crm(before))));
        run.send(authorized(1, Ok(Found::Window)));
        run
    }

    fn polled(&mut self, accounts: Vec<Account>) -> &mut Self {
        self.send(polled(1, Ok(crm(accounts))))
    }
}

#[test]
fn what_changes_nothing_is_not_taken_for_a_change() {
    let mut run = Run::waiting(vec![]);
    run.polled(vec![]);
    let changes = run.flow.changes();
    run.send(Event::SessionActive).send(Event::Online(true)).send(Event::Hint).polled(vec![]);
    run.send(baseline(7, Ok(shop())));
    assert_eq!(run.flow.changes(), changes);
    run.send(Event::Online(false));
    assert_ne!(run.flow.changes(), changes);
}

#[test]
fn whatever_can_be_seen_of_an_app_makes_it_another() {
    let broken = Account { active: false, ..account("a", "1", AuthType::OAuth2) };
    let app = App::clone(&crm(vec![broken, account("b", "1", AuthType::OAuth2)]));
    let others = [
        App { name: "CRM!".into(), ..app.clone() },
        App { icon: Some("data:image/png,".into()), ..app.clone() },
        App { tags: vec!["sales".into()], ..app.clone() },
        App { methods: vault().methods.clone(), ..app.clone() },
        App { accounts: app.accounts[..1].to_vec(), ..app.clone() },
        // Of an app that needs attention anyway.
        App { reauth_required: true, ..app.clone() },
    ];
    assert!(super::told::same(&app, &app.clone()));
    assert!(others.iter().all(|other| !super::told::same(&app, other)));
}

#[test]
fn of_a_long_list_the_top_is_shown_first_and_the_whole_in_its_place() {
    let (flow, commands) = Flow::start(None, Entry::Inline);
    let mut run = Run { flow, now: 0.0, commands };
    run.send(Event::AppsArrived(vec![]));
    assert_eq!((&run.flow.state().apps, run.commands.len()), (&Apps::Loading, 0));
    run.send(Event::AppsArrived(vec![crm(vec![])]));
    assert!(run.wants(|command| matches!(command, Command::Emit(Notice::Ready))));
    run.send(Event::AppChosen("crm".into()));
    run.send(Event::AppsLoaded(Ok(vec![shop(), crm(vec![])])));
    assert!(!run.wants(|command| matches!(command, Command::Emit(Notice::Ready))));
    assert_eq!((run.at(), run.flow.state().app("shop").is_some()), ("app", true));
    // One that is under way later changes nothing before it is whole.
    run.send(Event::Back).send(Event::AppsArrived(vec![vault()]));
    assert!(run.flow.state().app("shop").is_some());
}

#[test]
fn f15_nothing_is_sent_before_consent() {
    let mut run = Run::new();
    run.send(Event::AppChosen("crm".into()));
    assert!(
        run.commands
            .iter()
            .all(|command| matches!(command, Command::Emit(_)) || asks(command, |about| matches!(about, About::App)))
    );
    run.send(Event::ConnectChosen(AuthType::OAuth2));
    assert!(run.commands.is_empty());
    assert_eq!(run.at(), "consent");
    run.send(Event::ConsentGiven);
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Connect(AuthType::OAuth2, _)))));
    assert!(run.wants(|command| matches!(command, Command::Emit(Notice::Outcome(Outcome::ConsentGiven { .. })))));
}

#[test]
fn the_window_opens_before_anything_else_of_the_click() {
    let mut run = Run::new();
    run.send(Event::AppChosen("crm".into())).send(Event::ConnectChosen(AuthType::OAuth2)).send(Event::ConsentGiven);
    let requests = |command: &&Command| !matches!(command, Command::Emit(_));
    assert!(matches!(run.commands.iter().find(requests), Some(Command::OpenPopup { attempt: 1 })));
}

#[test]
fn a_new_account_connects() {
    let mut run = Run::waiting(vec![]);
    assert!(run.wants(|command| matches!(command, Command::NavigatePopup { .. })));
    assert_eq!(run.stage(), Stage::SigningIn);
    run.wake();
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Poll))));
    run.polled(vec![account("a", "1", AuthType::OAuth2)]);
    assert_eq!(run.at(), "connected");
    assert!(run.wants(|command| matches!(command, Command::ClosePopup { .. })));
    assert!(run.wants(|command| matches!(command, Command::Emit(Notice::Outcome(Outcome::AccountConnected { .. })))));
    assert_eq!(run.flow.next_wake(), None);
}

#[test]
fn p7_a_reconnect_succeeds_only_for_this_attempt_s_account() {
    let old = account("a", "1", AuthType::OAuth2);
    let mut run = Run::waiting(vec![old.clone()]);
    run.wake().polled(vec![old.clone()]);
    assert_eq!(run.at(), "waiting");
    // An account of another kind, or one that is broken, is not it.
    run.wake().polled(vec![old.clone(), account("k", "2", AuthType::KeyBased)]);
    assert_eq!(run.at(), "waiting");
    run.wake().polled(vec![old, Account { active: false, ..account("b", "2", AuthType::OAuth2) }]);
    assert_eq!(run.at(), "waiting");
    run.wake().polled(vec![account("a", "2", AuthType::OAuth2)]);
    assert_eq!(run.at(), "connected");
}

#[test]
fn p1_a_blocked_popup_offers_a_click_and_does_not_poll() {
    let mut run = Run::new();
    run.send(Event::AppChosen("crm".into())).send(Event::ConnectChosen(AuthType::OAuth2)).send(Event::ConsentGiven);
    run.send(Event::PopupOpened { attempt: 1, opened: false });
    run.send(baseline(1, Ok(crm(vec![]))));
    run.send(authorized(1, Ok(Found::Window)));
    assert_eq!(run.stage(), Stage::Blocked);
    assert_eq!(run.errors(), [Code::PopupBlocked]);
    let polls = |command: &Command| asks(command, |about| matches!(about, About::Poll));
    run.now = 599_999.0;
    assert!(!run.send(Event::Hint).wants(polls));
    run.send(Event::OpenAgain).send(Event::PopupOpened { attempt: 1, opened: false });
    assert_eq!((run.stage(), run.errors()), (Stage::Blocked, vec![Code::PopupBlocked]));
    run.now += 599_999.0;
    assert!(!run.send(Event::Hint).wants(polls));
    run.send(Event::OpenAgain);
    let window: Vec<_> = run.commands.iter().map(std::mem::discriminant).collect();
    let wanted = [Command::OpenPopup { attempt: 1 }, Command::NavigatePopup { attempt: 1 }];
    assert_eq!(window, wanted.iter().map(std::mem::discriminant).collect::<Vec<_>>());
    assert_eq!(run.stage(), Stage::SigningIn);
    run.send(Event::PopupOpened { attempt: 1, opened: true }).wake();
    assert!(run.wants(polls));
}

#[test]
fn p1_a_window_that_never_opens_ends_after_ten_minutes() {
    let mut run = Run::new();
    run.send(Event::AppChosen("crm".into())).send(Event::ConnectChosen(AuthType::OAuth2)).send(Event::ConsentGiven);
    run.send(Event::PopupOpened { attempt: 1, opened: false });
    run.send(baseline(1, Ok(crm(vec![]))));
    run.send(authorized(1, Ok(Found::Window)));
    while run.at() == "waiting" {
        assert!(!run.wake().wants(|command| asks(command, |about| matches!(about, About::Poll))));
    }
    assert_eq!((run.at(), run.errors(), run.now), ("error", vec![Code::AuthorizationTimeout], 600_000.0));
}

#[test]
fn p2_a_window_that_only_looks_closed_still_connects() {
    let mut run = Run::waiting(vec![]);
    run.send(Event::PopupClosed { attempt: 1 });
    for _ in 0..6 {
        run.polled(vec![]);
        run.wake();
    }
    assert_eq!(run.stage(), Stage::Unfinished);
    run.polled(vec![account("a", "1", AuthType::OAuth2)]);
    assert_eq!(run.at(), "connected");
}

#[test]
fn p3_a_closed_popup_gets_three_polls_then_a_choice_and_no_error_before() {
    let mut run = Run::waiting(vec![]);
    run.send(Event::PopupClosed { attempt: 1 });
    for poll in 1..=3 {
        assert!(run.wants(|command| asks(command, |about| matches!(about, About::Poll))), "poll {poll}");
        assert!(run.errors().is_empty());
        assert_eq!(run.stage(), Stage::Checking);
        run.polled(vec![]);
        if poll < 3 {
            run.wake();
        }
    }
    assert_eq!(run.stage(), Stage::Unfinished);
    assert_eq!(run.errors(), [Code::AuthorizationIncomplete]);
}

#[test]
fn p4_an_address_that_was_opened_is_not_opened_twice() {
    let mut run = Run::waiting(vec![]);
    run.send(Event::PopupClosed { attempt: 1 }).polled(vec![]);
    run.send(Event::OpenAgain);
    assert!(run.wants(|command| matches!(command, Command::OpenPopup { attempt: 2 })));
    assert!(run.wants(|command| connects(command) == Some(2)));
    assert!(!run.wants(|command| matches!(command, Command::NavigatePopup { .. })
        || asks(command, |about| matches!(about, About::Baseline))));
    run.send(Event::PopupOpened { attempt: 2, opened: true });
    run.send(authorized(2, Ok(Found::Window)));
    assert!(run.wants(|command| matches!(command, Command::NavigatePopup { attempt: 2 })));
    // The account of the first window, arriving late, is as new as one of the second.
    run.wake();
    run.send(polled(2, Ok(crm(vec![account("a", "1", AuthType::OAuth2)]))));
    assert_eq!(run.at(), "connected");
}

#[test]
fn p11_an_attempt_ends_after_ten_minutes() {
    let mut run = Run::waiting(vec![]);
    while run.at() == "waiting" {
        run.wake();
        if run.wants(|command| asks(command, |about| matches!(about, About::Poll))) {
            run.polled(vec![]);
        }
    }
    assert_eq!(run.now, 600_000.0);
    assert!(
        matches!(&run.flow.state().screen, Screen::Failed { failure, .. } if failure.code == Code::AuthorizationTimeout)
    );
    assert!(run.wants(|command| matches!(command, Command::ClosePopup { .. })));
    run.send(Event::Retry);
    assert_eq!(run.at(), "waiting");
}

#[test]
fn polls_are_sparse_and_never_overlap() {
    let mut run = Run::waiting(vec![]);
    let mut polls = 0;
    while run.now < 60_000.0 {
        run.wake();
        if run.wants(|command| asks(command, |about| matches!(about, About::Poll))) {
            polls += 1;
            // Ten hints while the answer is under way ask for nothing more.
            for _ in 0..10 {
                run.send(Event::Hint);
                assert!(run.commands.is_empty());
            }
            run.polled(vec![]);
        }
    }
    assert!(polls <= 12, "{polls} polls in a minute");
}

#[test]
fn p6_hints_cost_at_most_one_poll_a_second() {
    let mut run = Run::waiting(vec![]);
    let mut polls = 0;
    for _ in 0..100_000 {
        run.now += 0.1;
        run.send(Event::Hint);
        if run.wants(|command| asks(command, |about| matches!(about, About::Poll))) {
            polls += 1;
            run.polled(vec![]);
        }
    }
    assert!((9..=11).contains(&polls), "{polls} polls in 10 seconds");
}

#[test]
fn faults_of_a_poll_do_not_end_an_attempt_unless_they_are_final() {
    let mut run = Run::waiting(vec![]);
    for code in [Code::NetworkError, Code::ServerError, Code::BadResponse, Code::RateLimited, Code::SessionUnavailable]
    {
        run.wake();
        run.send(polled(1, Err(code.into())));
        assert_eq!(run.at(), "waiting", "{code:?}");
    }
    while !run.wants(|command| asks(command, |about| matches!(about, About::Poll))) {
        run.wake();
    }
    let failure = Report { retry_after_ms: Some(60_000), ..Code::RateLimited.into() }.into();
    let before = run.now;
    run.send(polled(1, Err(failure)));
    run.send(Event::Tick);
    while !run.wants(|command| asks(command, |about| matches!(about, About::Poll))) {
        run.wake();
    }
    assert!(run.now >= before + 60_000.0);
    run.send(polled(1, Err(Code::Forbidden.into())));
    assert_eq!(run.at(), "error");
}

#[test]
fn answers_of_an_abandoned_attempt_change_nothing() {
    let mut run = Run::waiting(vec![]);
    run.wake();
    run.send(Event::Back);
    assert_eq!(run.at(), "app");
    assert!(run.wants(|command| matches!(command, Command::ClosePopup { .. })));
    run.polled(vec![account("a", "1", AuthType::OAuth2)]);
    assert_eq!(run.at(), "app");
    assert!(run.commands.is_empty());
}

#[test]
fn n14_a_second_click_sends_nothing() {
    let mut run = Run::new();
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased)).send(Event::ConsentGiven);
    let keys = || typed(&[("api_key", "k"), ("site", "https://x.example")]);
    run.send(Event::FieldsSubmitted(keys()));
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Baseline))));
    run.send(Event::FieldsSubmitted(keys()));
    assert!(run.commands.is_empty());

    let mut run = Run::new();
    run.send(Event::AppsLoaded(Ok(vec![crm(vec![account("a", "1", AuthType::OAuth2)])])));
    run.send(Event::AppChosen("crm".into())).send(Event::DisconnectChosen(AuthType::OAuth2));
    run.send(Event::DisconnectConfirmed);
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Disconnect(..)))));
    run.send(Event::DisconnectConfirmed);
    assert!(run.commands.is_empty());
}

#[test]
fn p13_fields_are_checked_and_trimmed_before_anything_is_sent() {
    let mut run = Run::new();
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased)).send(Event::ConsentGiven);
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "  "), ("site", "nowhere")])));
    assert!(run.commands.is_empty());
    let Screen::Fields { errors, busy: false, .. } = &run.flow.state().screen else { panic!("left the form") };
    let kinds: Vec<_> = errors.iter().map(|(key, fault)| (key.id.as_str(), fault)).collect();
    assert_eq!(kinds, [("api_key", &Fault::Required), ("site", &Fault::NotAUrl)]);

    run.send(Event::FieldsSubmitted(typed(&[("api_key", " k\n"), ("site", "https://x.example"), ("other", "o")])));
    run.send(baseline(1, Ok(vault())));
    let sent = run.commands.iter().find_map(|command| match command {
        Command::Ask(question) => match &question.about {
            About::Connect(AuthType::KeyBased, typed) => Some(&typed.values),
            _ => None,
        },
        _ => None,
    });
    let sent: Vec<_> = sent.unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(sent, [("api_key", "k"), ("site", "https://x.example")]);
}

#[test]
fn a_refusal_goes_back_to_the_form() {
    let mut run = Run::new();
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased)).send(Event::ConsentGiven);
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "k"), ("site", "https://x.example")])));
    let refused = Failure::from(Report { message: Some("Bad key".into()), ..Code::CredentialsRefused.into() });
    run.send(saved(1, Err(refused.clone())));
    let Screen::Fields { problem, busy: false, .. } = &run.flow.state().screen else { panic!("left the form") };
    assert_eq!(problem.as_ref(), Some(&refused));
}

#[test]
fn n13_a_lost_answer_to_credentials_is_asked_for_and_never_sent_twice() {
    let mut run = Run::new();
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased)).send(Event::ConsentGiven);
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "k"), ("site", "https://x.example")])));
    run.send(baseline(1, Ok(vault())));
    run.send(saved(1, Err(Code::NetworkError.into())));
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Poll))));
    let connected = connected_vault(vec![account("v", "1", AuthType::KeyBased)]);
    run.send(polled(1, Ok(connected)));
    assert_eq!(run.at(), "connected");
}

#[test]
fn nothing_typed_is_sent_before_the_accounts_from_before_are_known() {
    let mut run = Run::new();
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased)).send(Event::ConsentGiven);
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "k"), ("site", "https://x.example")])));
    assert!(!run.wants(|command| asks(command, |about| matches!(about, About::Connect(AuthType::KeyBased, _)))));
    run.send(baseline(1, Ok(vault())));
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Connect(AuthType::KeyBased, _)))));
}

#[test]
fn without_a_place_for_secrets_only_what_asks_for_one_is_refused() {
    let mut run = Run::with(Entry::Missing);
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased));
    assert_eq!(run.at(), "error");
    assert_eq!(run.errors(), [Code::CredentialsFrameMissing]);
    run.send(Event::Retry);
    assert_eq!(run.at(), "error");
    for (slug, screen) in [("crm", "waiting"), ("shop", "prerequisites")] {
        run.send(Event::AppChosen(slug.into())).send(Event::ConnectChosen(AuthType::OAuth2)).send(Event::ConsentGiven);
        assert_eq!(run.at(), screen);
    }
}

/// In the frame's screen of the app with keys.
fn framed() -> Run {
    let mut run = Run::with(Entry::Frame);
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased)).send(Event::ConsentGiven);
    assert!(matches!(run.flow.state().screen, Screen::Fields { framed: true, busy: false, .. }));
    run
}

#[test]
fn the_frame_sends_when_it_is_told_to_and_the_platform_proves_it() {
    let mut run = framed();
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "k"), ("site", "https://x.example")])));
    assert!(run.commands.is_empty(), "the host's side takes no values");
    run.send(Event::FrameSubmitted).send(Event::FrameSubmitted);
    assert!(run.commands.is_empty(), "one attempt at a time");
    run.send(baseline(1, Ok(vault())));
    assert!(run.wants(|command| matches!(command, Command::ProceedInFrame { attempt: 1 })));
    run.send(saved(1, Ok(())));
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Poll))));
    let connected = connected_vault(vec![account("v", "1", AuthType::KeyBased)]);
    run.send(polled(1, Ok(connected)));
    assert_eq!(run.at(), "connected");
}

#[test]
fn a_refusal_in_the_frame_is_told_and_the_frame_stays() {
    let mut run = framed();
    run.send(Event::FrameSubmitted).send(baseline(1, Ok(vault())));
    run.send(saved(1, Err(Code::CredentialsRefused.into())));
    assert_eq!(run.errors(), [Code::CredentialsRefused]);
    assert!(run.wants(|command| matches!(command, Command::ReleaseFrame(_))));
    assert!(matches!(run.flow.state().screen, Screen::Fields { framed: true, busy: false, .. }));
    run.send(Event::FrameSubmitted);
    assert!(run.wants(|command| matches!(command, Command::Ask(question) if question.number == 2 && matches!(question.about, About::Baseline))));
}

#[test]
fn a_frame_that_does_not_come_is_an_error_with_a_way_on() {
    let mut run = framed();
    run.send(Event::FrameFailed(Code::LoadFailed.into()));
    assert_eq!((run.at(), run.errors()), ("error", vec![Code::LoadFailed]));
    run.send(Event::Retry);
    assert_eq!(run.at(), "credentials");
}

#[test]
fn f18_a_disconnect_is_told_only_when_the_platform_confirmed_it() {
    let mut run = Run::new();
    run.send(Event::AppsLoaded(Ok(vec![crm(vec![account("a", "1", AuthType::OAuth2)])])));
    run.send(Event::AppChosen("crm".into())).send(Event::DisconnectChosen(AuthType::OAuth2));
    run.send(Event::DisconnectConfirmed);
    run.send(disconnected("crm", Err(Code::ServerError.into())));
    assert!(
        !run.wants(|command| matches!(command, Command::Emit(Notice::Outcome(Outcome::AccountDisconnected { .. }))))
    );
    assert!(run.flow.state().current_app().unwrap().connected());
    // A second try finds it gone: that is what was wanted.
    run.send(Event::DisconnectConfirmed);
    run.send(disconnected("crm", Err(Code::NotFound.into())));
    assert!(
        run.wants(|command| matches!(command, Command::Emit(Notice::Outcome(Outcome::AccountDisconnected { .. }))))
    );
    assert!(!run.flow.state().current_app().unwrap().connected());
}

#[test]
fn f18_what_was_asked_before_a_disconnect_tells_nothing_after_it() {
    let both = || vec![account("a", "1", AuthType::OAuth2), account("b", "1", AuthType::KeyBased)];
    let app = |accounts| app("crm", vec![method(AuthType::OAuth2, &[]), method(AuthType::KeyBased, &[])], accounts);
    let ended = |run: &Run| {
        run.wants(|command| matches!(command, Command::Emit(Notice::Outcome(Outcome::AccountDisconnected { .. }))))
    };
    let asked = |run: &Run| {
        let asked = run.commands.iter().find_map(|command| match command {
            Command::Ask(question) if matches!(question.about, About::App) => Some(question.number),
            _ => None,
        });
        asked.unwrap()
    };
    let mut run = Run::new();
    run.send(Event::AppsLoaded(Ok(vec![app(both())]))).send(Event::AppChosen("crm".into()));
    let early = asked(&run);
    // The answer to one disconnect is none to another's.
    run.send(Event::DisconnectChosen(AuthType::OAuth2)).send(Event::DisconnectConfirmed);
    run.send(Event::Back).send(Event::AppChosen("crm".into()));
    run.send(Event::DisconnectChosen(AuthType::KeyBased)).send(Event::DisconnectConfirmed);
    let left = |run: &Run| run.flow.state().current_app().unwrap().accounts.len();
    run.send(disconnected("crm", Ok(())));
    assert!(ended(&run) && left(&run) == 1);
    let removal = |run: &Run| match &run.flow.state().screen {
        Screen::App { removal } => removal.as_ref().map(|removal| removal.auth_type),
        _ => None,
    };
    assert_eq!(removal(&run), Some(AuthType::KeyBased));
    let late = asked(&run);
    assert!(late > early);
    run.send(answered(0, "crm", About::Disconnect(AuthType::KeyBased, vec![]), Ok(Found::Done)));
    assert!(ended(&run));
    assert_eq!((left(&run), removal(&run)), (0, None));
    // How the app was before is no news; how it is now is.
    let last = asked(&run);
    for number in [early, late] {
        run.send(answered(number, "crm", About::App, Ok(Found::App(app(both())))));
        assert_eq!(left(&run), 0);
    }
    run.send(answered(last, "crm", About::App, Ok(Found::App(app(both())))));
    assert_eq!(left(&run), 2);
}

#[test]
fn f18_a_disconnect_that_the_user_does_not_wait_for_is_told_all_the_same() {
    let told = |run: &Run| {
        run.commands.iter().find_map(|command| match command {
            Command::Emit(Notice::Outcome(Outcome::AccountDisconnected { app, connection_ids, .. })) => {
                Some((app.clone(), connection_ids.clone()))
            }
            _ => None,
        })
    };
    for result in [Ok(()), Err(Code::ServerError.into())] {
        let mut run = Run::new();
        run.send(Event::AppsLoaded(Ok(vec![crm(vec![account("a", "1", AuthType::OAuth2)]), vault()])));
        run.send(Event::AppChosen("crm".into())).send(Event::DisconnectChosen(AuthType::OAuth2));
        let question = run.send(Event::DisconnectConfirmed).commands.pop().unwrap();
        let Command::Ask(question) = question else { panic!() };
        run.send(Event::Back).send(Event::AppChosen("vault".into()));
        let works = result.is_ok();
        run.send(Event::Answered(question, result.map(|()| Found::Done)));
        assert_eq!(run.flow.state().slug.as_deref(), Some("vault"), "the user stays");
        assert_eq!(run.flow.state().app("crm").unwrap().connected(), !works);
        assert_eq!(told(&run), works.then(|| ("crm".to_owned(), vec!["a".to_owned()])));
        let about = |command: &Command| match command {
            Command::Emit(Notice::Error { app, step, .. }) => Some((*step, app.clone())),
            _ => None,
        };
        let error = run.commands.iter().find_map(about);
        assert_eq!(error, (!works).then(|| ("app", Some("crm".to_owned()))));
    }
}

#[test]
fn n14_a_disconnect_is_asked_for_once_however_often_it_is_confirmed() {
    let mut run = Run::new();
    run.send(Event::AppsLoaded(Ok(vec![crm(vec![account("a", "1", AuthType::OAuth2)])])));
    let asked = |run: &Run| run.wants(|command| asks(command, |about| matches!(about, About::Disconnect(..))));
    for first in [true, false] {
        run.send(Event::AppChosen("crm".into())).send(Event::DisconnectChosen(AuthType::OAuth2));
        run.send(Event::DisconnectConfirmed);
        assert_eq!(asked(&run), first);
        run.send(Event::Back);
    }
    run.send(Event::AppChosen("crm".into())).send(Event::DisconnectChosen(AuthType::OAuth2));
    run.send(Event::DisconnectConfirmed);
    run.send(disconnected("crm", Err(Code::ServerError.into())));
    assert!(matches!(
        &run.flow.state().screen,
        Screen::App { removal: Some(Removal { stage: RemovalStage::Failed(_), .. }) }
    ));
    run.send(Event::DisconnectConfirmed);
    assert!(asked(&run), "what failed can be tried again");
}

#[test]
fn n1_a_list_that_comes_is_proof_of_a_network_whatever_the_browser_says() {
    let mut flow = Flow::start(None, Entry::Inline).0;
    flow.step(Event::Online(false), 0.0);
    flow.step(Event::AppsLoaded(Ok(vec![vault()])), 0.0);
    assert!(flow.state().online);
}

#[test]
fn n13_keys_that_are_on_their_way_when_the_user_goes_back_are_not_lost_sight_of() {
    let mut run = Run::new();
    run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased)).send(Event::ConsentGiven);
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "k"), ("site", "https://x.example")])));
    run.send(baseline(1, Ok(vault())));
    let asks_the_app = |run: &Run| run.wants(|command| asks(command, |about| matches!(about, About::App)));
    run.send(Event::Back);
    assert_eq!(run.at(), "app");
    let cancelled =
        |command: &Command| matches!(command, Command::Emit(Notice::Activity { name: Activity::Cancelled, .. }));
    assert!(run.wants(cancelled) && asks_the_app(&run));
    run.send(answered(1, "vault", About::Connect(AuthType::KeyBased, Typed::default()), Ok(Found::Done)));
    assert!(asks_the_app(&run), "the platform took them");
    for (code, unknown) in [(Code::Timeout, true), (Code::Rejected, false)] {
        run.send(answered(1, "vault", About::Connect(AuthType::KeyBased, Typed::default()), Err(code.into())));
        assert_eq!(asks_the_app(&run), unknown, "{code:?}");
    }
}

#[test]
fn after_the_hosts_end_the_next_token_begins_anew_wherever_the_flow_was() {
    let saving = || {
        let mut run = Run::new();
        run.send(Event::AppChosen("vault".into())).send(Event::ConnectChosen(AuthType::KeyBased));
        run.send(Event::ConsentGiven);
        run.send(Event::FieldsSubmitted(typed(&[("api_key", "k"), ("site", "https://x.example")])));
        run
    };
    let loading = || {
        let mut run = Run::new();
        run.send(Event::SessionReset).send(Event::SearchChanged("of somebody".into()));
        run
    };
    for mut run in [Run::new(), Run::waiting(vec![]), saving(), loading()] {
        run.send(Event::Ended);
        assert!(run.wants(|command| matches!(command, Command::AbortRequests)));
        let state = run.flow.state();
        assert_eq!((run.at(), state.search.as_str(), state.slug.as_deref()), ("list", "", None));
        assert_eq!(run.flow.next_wake(), None);
        // What was asked before may still come back without a token.
        run.send(loaded("crm", Err(Code::SessionEnded.into())));
        assert!(run.errors().is_empty());
        run.send(Event::SessionActive);
        assert!(run.wants(|command| matches!(command, Command::LoadApps)));
        assert_eq!(run.flow.state().apps, Apps::Loading);
    }
}

#[test]
fn n1_offline_nothing_wakes_to_ask_what_cannot_be_asked() {
    let mut run = Run::waiting(vec![]);
    run.send(Event::Online(false));
    let mut woken = 0;
    while run.flow.next_wake().is_some() {
        let at = run.now;
        run.wake();
        assert!(run.now > at && !run.wants(|command| asks(command, |about| matches!(about, About::Poll))));
        woken += 1;
    }
    assert!(woken <= 2, "more help, and the end: {woken}");
    let mut run = Run::waiting(vec![]);
    run.send(Event::Online(false)).send(Event::Online(true));
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Poll))));
}

#[test]
fn k12_a_session_of_another_account_leaves_nothing_behind() {
    let mut run = Run::waiting(vec![]);
    run.send(Event::SearchChanged("secret plan".into()));
    run.send(Event::SessionReset);
    assert!(run.wants(|command| matches!(command, Command::ClosePopup { .. })));
    assert!(run.wants(|command| matches!(command, Command::AbortRequests)));
    assert!(run.wants(|command| matches!(command, Command::LoadApps)));
    assert_eq!((run.at(), run.flow.state().search.as_str()), ("list", ""));
    assert_eq!(run.flow.state().apps, Apps::Loading);
}

#[test]
fn configuring_begins_at_a_chosen_app_and_ends_with_its_session() {
    let mut run = Run::new();
    run.send(Event::Config(ConfigEvent::Opened));
    assert!(run.commands.is_empty(), "no app is chosen");
    run.send(Event::AppChosen("crm".into())).send(Event::Config(ConfigEvent::Opened));
    assert!(run.wants(|command| asks(command, |about| matches!(about, About::Config(_)))));
    assert_eq!(run.at(), "configure");
    run.send(Event::Back);
    assert_eq!(run.at(), "app");
    run.send(Event::Config(ConfigEvent::RunsOpened));
    assert_eq!(run.at(), "runs");
    run.send(Event::SessionReset);
    assert_eq!(run.at(), "list");
    assert!(run.wants(|command| matches!(command, Command::AbortRequests)));
}

fn any_code() -> impl Strategy<Value = Code> {
    proptest::sample::select(Code::ALL)
}

fn any_app() -> impl Strategy<Value = Rc<App>> {
    let accounts = prop::collection::vec((0..3u8, 0..3u8, any::<bool>(), any::<bool>()), 0..3);
    (0..4u8, accounts).prop_map(|(which, accounts)| {
        let accounts = accounts.into_iter().map(|(id, at, active, oauth)| Account {
            active,
            ..account(&id.to_string(), &at.to_string(), if oauth { AuthType::OAuth2 } else { AuthType::KeyBased })
        });
        let base = [crm(vec![]), vault(), shop(), app("new", vec![], vec![])][usize::from(which)].clone();
        Rc::new(App { accounts: accounts.map(Rc::new).collect(), ..App::clone(&base) })
    })
}

fn any_result<T: std::fmt::Debug>(ok: impl Strategy<Value = T>) -> impl Strategy<Value = Result<T, Failure>> {
    prop_oneof![3 => ok.prop_map(Ok), 1 => any_code().prop_map(|code| Err(code.into()))]
}

fn any_event() -> impl Strategy<Value = Event> {
    let slug = || proptest::sample::select(vec!["crm", "vault", "shop", "new", "none"]).prop_map(str::to_owned);
    let kind = || any::<bool>().prop_map(|oauth| if oauth { AuthType::OAuth2 } else { AuthType::KeyBased });
    let attempt = || 1..6u32;
    let values = || {
        prop::collection::vec((proptest::sample::select(vec!["api_key", "site", "subdomain"]), "[ a-z:/.]{0,12}"), 0..3)
            .prop_map(|fields| {
                fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), Zeroizing::new(value)))
                    .collect::<Vec<_>>()
                    .into()
            })
    };
    prop_oneof![
        "[a-z]{0,3}".prop_map(Event::SearchChanged),
        slug().prop_map(Event::AppChosen),
        slug().prop_map(Event::AppChosen),
        kind().prop_map(Event::ConnectChosen),
        kind().prop_map(Event::DisconnectChosen),
        Just(()).prop_map(|()| Event::ConsentGiven),
        Just(()).prop_map(|()| Event::ConsentGiven),
        values().prop_map(Event::FieldsSubmitted),
        (0..18u8).prop_map(|which| match which {
            11 => Event::FrameSubmitted,
            12 => Event::FrameFailed(Code::LoadFailed.into()),
            0 => Event::Back,
            1 => Event::OpenAgain,
            2 => Event::Hint,
            3 => Event::Back,
            4 => Event::DisconnectConfirmed,
            5 => Event::DisconnectDeclined,
            6 => Event::Retry,
            7 => Event::Done,
            8 => Event::Hint,
            9 => Event::Tick,
            13 => Event::Config(ConfigEvent::Opened),
            14 => Event::Config(ConfigEvent::RunsOpened),
            15 => Event::Config(ConfigEvent::LeaveConfirmed),
            16 => Event::Config(ConfigEvent::DeleteConfirmed),
            _ => Event::SessionReset,
        }),
        any_result(prop::collection::vec(any_app(), 0..4)).prop_map(Event::AppsLoaded),
        prop::collection::vec(any_app(), 0..4).prop_map(Event::AppsArrived),
        (slug(), any_result(any_app())).prop_map(|(slug, result)| loaded(&slug, result)),
        (attempt(), any_result(any_app())).prop_map(|(attempt, result)| baseline(attempt, result)),
        (attempt(), any::<bool>()).prop_map(|(attempt, window)| {
            authorized(attempt, Ok(if window { Found::Window } else { Found::Connected }))
        }),
        (attempt(), any_code()).prop_map(|(attempt, code)| authorized(attempt, Err(code.into()))),
        (attempt(), any_result(any_app())).prop_map(|(attempt, result)| polled(attempt, result)),
        (attempt(), any_result(Just(()))).prop_map(|(attempt, result)| saved(attempt, result)),
        (slug(), any_result(Just(()))).prop_map(|(slug, result)| disconnected(&slug, result)),
        (attempt(), any::<bool>()).prop_map(|(attempt, opened)| Event::PopupOpened { attempt, opened }),
        attempt().prop_map(|attempt| Event::PopupClosed { attempt }),
        any::<bool>().prop_map(Event::Online),
        any::<bool>().prop_map(|ended| if ended { Event::Ended } else { Event::SessionActive }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    /// Any events in any order: never a panic, never two questions at once, never a request of nobody's attempt, never
    /// an account told as connected that the platform did not show as new, always a way on.
    #[test]
    fn whatever_happens_in_whatever_order(
        events in prop::collection::vec((any_event(), 0.0..30_000.0f64), 0..60),
        entry in proptest::sample::select(vec![Entry::Missing, Entry::Frame, Entry::Inline]),
    ) {
        let (mut flow, _) = Flow::start(None, entry);
        let mut now = 0.0;
        let (mut polling, mut popups, mut consented) = (None, 0i32, false);
        for (event, later) in events {
            now += later;
            let (before, changes) = (flow.state().clone(), flow.changes());
            let (mut polled, mut confirmed) = (false, false);
            if let Event::Answered(question, _) = &event {
                polled = matches!(question.about, About::Poll);
                confirmed = matches!(question.about, About::Disconnect(..));
                if polled && polling == Some(question.number) {
                    polling = None;
                }
            }
            for command in flow.step(event, now) {
                match command {
                    Command::Ask(question) => match question.about {
                        About::Poll => {
                            let attempt = Some(question.number);
                            prop_assert!(polling != attempt, "two polls of one attempt at once");
                            polling = attempt;
                        }
                        About::Connect(..) => prop_assert!(consented),
                        _ => {}
                    },
                    Command::ProceedInFrame { .. } => prop_assert!(consented),
                    Command::OpenPopup { .. } => popups += 1,
                    Command::Emit(Notice::Outcome(Outcome::ConsentGiven { .. })) => consented = true,
                    Command::Emit(Notice::Outcome(Outcome::AccountConnected { .. })) => prop_assert!(polled),
                    Command::Emit(Notice::Outcome(Outcome::AccountDisconnected { .. })) => prop_assert!(confirmed),
                    _ => {}
                }
            }
            prop_assert!(popups >= 0);
            if let Some(at) = flow.next_wake() {
                prop_assert!(at > now, "wakes without a rest");
            }
            let state = flow.state();
            prop_assert!(*state == before || flow.changes() != changes, "changed without a word");
            // A screen about an app always has the app, and waiting always has an end.
            prop_assert_eq!(state.slug.is_none(), matches!(state.screen, Screen::List));
            if state.slug.is_some() {
                prop_assert!(state.current_app().is_some(), "{} without its app", state.screen.name());
            }
            if let Screen::Waiting { stage, .. } = &state.screen && *stage != Stage::Preparing {
                prop_assert!(flow.next_wake().is_some(), "waits for ever in {stage:?}");
            }
        }
    }
}

/// The state as a host of its own interface reads it.
fn plain(flow: &Flow) -> Value {
    Value::parse(&crate::platform::write::written(|out| out.state(flow.state(), true))).unwrap()
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, name| match name.parse::<usize>() {
        Ok(place) => value.items().get(place),
        Err(_) => value.get(name),
    })
}

fn said<'a>(value: &'a Value, path: &str) -> &'a str {
    at(value, path).and_then(Value::plain).unwrap_or_default()
}

#[test]
fn the_plain_state_says_what_is_on_the_screen_and_nothing_that_was_typed() {
    let mut run = Run::new();
    run.send(Event::AppsLoaded(Ok(vec![vault(), crm(vec![account("a", "1", AuthType::OAuth2)])])));
    let state = plain(&run.flow);
    assert_eq!((said(&state, "screen.name"), said(&state, "apps.items.1.accounts.0.connectionId")), ("list", "a"));
    run.send(Event::AppChosen("vault".into()));
    run.send(Event::ConnectChosen(AuthType::KeyBased));
    assert_eq!(said(&plain(&run.flow), "screen.authType"), "keybased");
    run.send(Event::ConsentGiven);
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "sesame"), ("site", "sesame")])));
    let state = plain(&run.flow);
    assert_eq!((said(&state, "screen.name"), said(&state, "screen.errors.0.kind")), ("credentials", "not_a_url"));
    assert!(!state.write().contains("sesame"));
    run.send(Event::FieldsSubmitted(typed(&[("api_key", "sesame"), ("site", "https://sesame.example")])));
    let state = plain(&run.flow);
    assert_eq!(at(&state, "screen.busy"), Some(&Value::Bool(true)));
    assert!(!state.write().contains("sesame"));
}

#[test]
fn a_field_that_takes_several_values_is_marked_whatever_was_chosen() {
    let several = InputField { multiple: true, required: false, ..vault().methods[0].fields[0].clone() };
    for chosen in [&[][..], &[("api_key", "a")], &[("api_key", "a"), ("api_key", "b")]] {
        let mut typed = typed(chosen);
        assert!(super::fields::check(std::slice::from_ref(&several), &mut typed).is_empty());
        assert_eq!((typed.values.len(), typed.lists.as_slice()), (chosen.len(), &["api_key".to_owned()][..]));
    }
}

#[test]
fn a_token_brings_what_could_not_be_loaded_for_want_of_one_and_nothing_else() {
    for (code, again) in [
        (Code::SessionMissing, true),
        (Code::SessionCallbackTimeout, true),
        (Code::SessionEnded, true),
        (Code::SessionRejected, false),
        (Code::ServerError, false),
    ] {
        let mut flow = Flow::start(None, Entry::Inline).0;
        flow.step(Event::AppsLoaded(Err(code.into())), 0.0);
        let commands = flow.step(Event::SessionActive, 0.0);
        let loads = commands.iter().any(|command| matches!(command, Command::LoadApps));
        assert_eq!((loads, matches!(flow.state().apps, Apps::Loading)), (again, again), "{code:?}");
        assert!(flow.step(Event::SessionActive, 0.0).is_empty());
    }
}
