//! The transitions: for each event, the next state and the commands that follow from it.

use super::attempt::{Attempt, Baseline, LIMIT_MS, LONG_MS};
use super::command::{Activity, CloseReason, Command, Notice, Outcome};
use super::config::{self, ConfigEvent, Out};
use super::counted::Counted;
use super::event::{Event, Typed};
use super::fields;
use super::question::{About, Found, Question};
use super::state::{Apps, Entry, Fault, Faults, Removal, RemovalStage, Screen, Stage, State};
use super::told;
use crate::cut::cut;
use crate::error::{Code, Failure};
use crate::gather::{Gather, keep};
use crate::platform::model::config::FieldKey;
use crate::platform::model::{App, AuthType};
use std::rc::Rc;

/// The state machine of one connect flow.
#[derive(Debug)]
pub struct Flow {
    state: Counted<State>,
    entry: Entry,
    attempt: Option<Attempt>,
    last_attempt: u32,
    last_ask: u32,
    /// Answers up to this one tell of an app before one of its connections was ended.
    outdated: u32,
    /// The connections whose end the platform was asked for, by app and kind.
    ending: Vec<(String, AuthType)>,
    now_ms: f64,
    commands: Vec<Command>,
}

impl Flow {
    /// Starts with the list, or with one app if the host chose it by its slug.
    pub fn start(pinned: Option<String>, entry: Entry) -> (Self, Vec<Command>) {
        let state = Counted::new(State { pinned, ..State::empty() });
        let mut flow = Self {
            state,
            entry,
            attempt: None,
            last_attempt: 0,
            last_ask: 0,
            outdated: 0,
            ending: Vec::new(),
            now_ms: 0.0,
            commands: Vec::new(),
        };
        flow.show_first();
        flow.load();
        flow.emit(Notice::Activity { name: Activity::Opened, app: None });
        let commands = std::mem::take(&mut flow.commands);
        (flow, commands)
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// A number that is another one whenever [`Self::state`] is another state; it may be another for the same state.
    pub fn changes(&self) -> u32 {
        self.state.changes()
    }

    /// When [`Event::Tick`] is due, on the clock of [`Self::step`]; `None` while nothing waits.
    pub fn next_wake(&self) -> Option<f64> {
        self.attempt
            .as_ref()
            .map(|attempt| attempt.next_wake(self.now_ms, self.state.online))
            .filter(|at| at.is_finite())
    }

    /// Takes one event at `now_ms`, a clock in milliseconds that never goes back.
    pub fn step(&mut self, event: Event, now_ms: f64) -> Vec<Command> {
        if let Some(event) = self.step_on_list(event, now_ms) {
            self.step_beyond(event, now_ms);
        }
        self.commands()
    }

    /// As [`Self::step`], for what can happen while there is no more than the list. An event that is beyond it comes
    /// back: it is for [`Self::step_beyond`].
    pub fn step_on_list(&mut self, event: Event, now_ms: f64) -> Option<Event> {
        // With an attempt under way, each event may also be the time at which something is due.
        if self.attempt.is_some() {
            return Some(event);
        }
        self.now_ms = self.now_ms.max(now_ms);
        self.listed(event)
    }

    /// What is to be done since this was asked last.
    pub fn commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// As [`Self::step`], for whatever happens. The npm package's second module begins here, which is why it is no part
    /// of its callers.
    #[inline(never)]
    pub fn step_beyond(&mut self, event: Event, now_ms: f64) {
        self.now_ms = self.now_ms.max(now_ms);
        if let Some(event) = self.listed(event) {
            self.take(event);
        }
        self.advance();
    }

    /// Takes what concerns the list, or gives it back.
    fn listed(&mut self, event: Event) -> Option<Event> {
        match event {
            Event::SearchChanged(search) => self.state.search = search,
            Event::CategoryChosen(category) => self.state.category = category,
            Event::Retry if matches!(self.state.screen, Screen::List) => self.load_again(|_| true),
            Event::AppsLoaded(result) => self.apps_loaded(result),
            Event::AppsArrived(apps) => self.apps_arrived(apps),
            Event::OrganisationLoaded(organisation) => self.state.organisation = organisation,
            Event::Hint => self.hint(),
            Event::Online(online) => self.online(online),
            Event::Tick => {}
            Event::SessionActive => self.catch_up(),
            Event::SessionReset => self.reset(),
            Event::Ended => self.end(),
            event => return Some(event),
        }
        None
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::AppChosen(slug) => self.choose(slug),
            Event::Back => self.back(),
            Event::ConnectChosen(auth_type) => self.connect(auth_type),
            Event::ConsentGiven => self.consent(),
            Event::FieldsSubmitted(typed) => self.submit(typed),
            Event::FrameSubmitted => self.frame_submitted(),
            Event::FrameFailed(failure) => self.frame_failed(failure),
            Event::OpenAgain => self.open_again(),
            Event::DisconnectChosen(auth_type) => self.removal(Some(auth_type)),
            Event::DisconnectDeclined => self.removal(None),
            Event::DisconnectConfirmed => self.disconnect(),
            Event::Retry => self.retry(),
            Event::Done => self.done(),
            Event::Config(event) => self.configure(event),
            Event::Answered(question, answer) => self.answered(question, answer),
            Event::PopupOpened { attempt, opened } => self.popup_opened(attempt, opened),
            Event::PopupClosed { attempt } => self.popup_closed(attempt),
            // All others concern the list.
            Event::SearchChanged(_)
            | Event::CategoryChosen(_)
            | Event::AppsLoaded(_)
            | Event::AppsArrived(_)
            | Event::OrganisationLoaded(_)
            | Event::Hint
            | Event::Online(_)
            | Event::Tick
            | Event::SessionActive
            | Event::SessionReset
            | Event::Ended => {}
        }
    }

    fn answered(&mut self, question: Box<Question>, answer: Result<Found, Failure>) {
        match question.about {
            About::App => self.app_loaded(&question, answer),
            About::Baseline | About::Poll | About::Connect(..) => self.attempted(&question, answer),
            About::Disconnect(auth_type, ids) => self.disconnected(question.slug, auth_type, ids, answer.err()),
            _ => self.configure(ConfigEvent::Answered(question, answer)),
        }
    }

    // The list and the app.

    fn load(&mut self) {
        self.state.apps = Apps::Loading;
        if self.state.pinned.is_some() {
            self.refresh();
        } else {
            self.command(Command::LoadApps);
        }
    }

    fn apps_loaded(&mut self, result: Result<Vec<Rc<App>>, Failure>) {
        let first = !matches!(self.state.apps, Apps::Ready(_));
        match result {
            Ok(apps) => {
                self.state.apps = Apps::Ready(Rc::new(apps));
                // Some browsers say that there is no network, and never again anything else.
                self.state.online = true;
            }
            Err(failure) => {
                self.report(&failure);
                if first {
                    self.state.apps = Apps::Failed(failure);
                }
                return;
            }
        }
        if first {
            self.emit(Notice::Ready);
        }
        // The app on screen is gone from the catalog: its screen has nothing left to show.
        if self.state.slug.is_some() && self.state.current_app().is_none() {
            self.abandon();
            self.show_first();
        }
    }

    /// Something to choose from is better than nothing; once there is a list, only a whole one replaces it.
    fn apps_arrived(&mut self, apps: Vec<Rc<App>>) {
        let shown = matches!(self.state.apps, Apps::Ready(_));
        if matches!(self.state.screen, Screen::List) && !shown && !apps.is_empty() {
            self.apps_loaded(Ok(apps));
        }
    }

    fn app_loaded(&mut self, question: &Question, answer: Result<Found, Failure>) {
        let shown = matches!(self.state.apps, Apps::Ready(_));
        match answer {
            Ok(Found::App(app)) if shown => {
                if question.number > self.outdated {
                    self.replace(app);
                }
            }
            Ok(Found::App(app)) if self.state.pinned.as_ref() == Some(&question.slug) => {
                self.apps_loaded(Ok(vec![app]));
            }
            Ok(_) => {}
            // A refresh that failed leaves what is shown; without anything to show it is the first load.
            Err(failure) if matches!(self.state.apps, Apps::Loading) => self.apps_loaded(Err(failure)),
            Err(_) => {}
        }
    }

    /// An app as the platform knows it now, in place of the one that was.
    fn replace(&mut self, app: Rc<App>) {
        if self.state.app(&app.slug).is_none_or(|known| told::same(known, &app)) {
            return;
        }
        if let Apps::Ready(apps) = &self.state.apps {
            let shown = |known: &Rc<App>| Rc::clone(if known.slug == app.slug { &app } else { known });
            self.state.apps = Apps::Ready(Rc::new(apps.iter().map(shown).gather()));
        }
    }

    fn choose(&mut self, slug: String) {
        if self.state.app(&slug).is_some() && self.state.slug.as_ref() != Some(&slug) {
            self.abandon();
            self.state.slug = Some(slug);
            self.activity(Activity::AppChosen);
            self.refresh();
            self.show_app();
        }
    }

    /// The slug of the app that the screen is about; empty on the list, where nobody uses it.
    fn slug(&self) -> String {
        self.state.slug.clone().unwrap_or_default()
    }

    /// Asks how the app on screen is now.
    fn refresh(&mut self) {
        self.refresh_app(self.slug());
    }

    fn refresh_app(&mut self, slug: String) {
        self.last_ask += 1;
        self.command(Question::command(self.last_ask, slug, About::App));
    }

    fn back(&mut self) {
        if self.state.slug.is_none() {
            return;
        }
        if let Screen::Configure(configuring) = &mut self.state.screen
            && !configuring.back()
        {
            return;
        }
        match self.state.screen {
            Screen::App { .. } if self.state.pinned.is_some() => return,
            Screen::App { .. } => return self.show_first(),
            // What is under way is not called back: how it ends is seen on the app's screen. Only what a frame sends ends
            // with the frame.
            Screen::Waiting { .. } | Screen::Fields { busy: true, .. } => {
                self.activity(Activity::Cancelled);
                self.refresh();
            }
            _ => {}
        }
        self.abandon();
        self.show_app();
    }

    fn configure(&mut self, event: ConfigEvent) {
        let State { slug, screen, .. } = &mut *self.state;
        let slug = slug.as_deref().unwrap_or_default();
        let mut out = Out { commands: &mut self.commands, last_ask: &mut self.last_ask, slug };
        config::step(screen, event, &mut out);
    }

    fn done(&mut self) {
        if let Screen::Connected { .. } = self.state.screen {
            self.show_first();
            self.emit(Notice::Closed { reason: CloseReason::Done });
        }
    }

    // Connecting.

    fn connect(&mut self, auth_type: AuthType) {
        let Screen::App { .. } = &self.state.screen else { return };
        let Some(method) = self.state.method(auth_type) else { return };
        if method.is_secret() && self.entry == Entry::Missing {
            self.show_failure(auth_type, Code::CredentialsFrameMissing.into());
        } else {
            self.show(Screen::Consent { auth_type });
        }
    }

    fn consent(&mut self) {
        let Screen::Consent { auth_type } = self.state.screen else { return };
        let Some(method) = self.state.method(auth_type) else { return };
        let (scopes, asks) = (method.scopes.clone(), method.asks());
        let app = self.slug();
        self.emit(Notice::Outcome(Outcome::ConsentGiven { app, scopes }));
        self.activity(Activity::Consent);
        self.go_on(auth_type, asks);
    }

    fn go_on(&mut self, auth_type: AuthType, asks: bool) {
        if asks {
            self.show_fields(auth_type);
        } else {
            self.authorize(None);
        }
    }

    /// Shows the fields of the app, or the frame that does.
    fn show_fields(&mut self, auth_type: AuthType) {
        let secret = self.state.method(auth_type).is_some_and(|method| method.is_secret());
        let framed = secret && self.entry == Entry::Frame;
        self.show(Screen::Fields { auth_type, framed, busy: false, problem: None, errors: Vec::new() });
    }

    fn submit(&mut self, mut typed: Typed) {
        let Screen::Fields { auth_type, framed: false, busy: false, .. } = self.state.screen else { return };
        let Some(method) = self.state.method(auth_type) else { return };
        let errors = fields::check(&method.fields, &mut typed);
        let busy = errors.is_empty();
        self.show(Screen::Fields { auth_type, framed: false, busy, problem: None, errors });
        if busy {
            self.send_fields(auth_type, Some(typed));
        }
    }

    fn frame_submitted(&mut self) {
        let Screen::Fields { auth_type, framed: true, busy, .. } = &mut self.state.screen else { return };
        let auth_type = *auth_type;
        if !std::mem::replace(busy, true) {
            self.send_fields(auth_type, None);
        }
    }

    fn frame_failed(&mut self, failure: Failure) {
        if let Screen::Fields { auth_type, framed: true, .. } = self.state.screen {
            self.show_failure(auth_type, failure);
        }
    }

    /// Fields stay on the screen until the platform took them. Without fields it is the frame that has them.
    fn send_fields(&mut self, auth_type: AuthType, fields: Option<Typed>) {
        let (attempt, slug) = (self.begin(auth_type, None), self.slug());
        if let Some(begun) = &mut self.attempt {
            begun.typed = true;
            begun.pending = Some(match fields {
                None => Command::ProceedInFrame { attempt },
                Some(fields) => Question::command(attempt, slug, About::Connect(auth_type, fields)),
            });
        }
    }

    /// The two answers that the window needs are asked for side by side.
    fn authorize(&mut self, before: Baseline) {
        let attempt = self.begin(AuthType::OAuth2, before);
        self.ask(attempt, About::Connect(AuthType::OAuth2, Typed::default()));
        self.show(Screen::Waiting { attempt, stage: Stage::Preparing });
    }

    /// The window opens first, inside the click; then the accounts from before are asked for, unless they are known.
    fn begin(&mut self, auth_type: AuthType, before: Baseline) -> u32 {
        self.abandon();
        self.last_attempt += 1;
        let (attempt, known) = (self.last_attempt, before.is_some());
        self.attempt = Some(Attempt::new(attempt, auth_type, before, self.now_ms));
        if auth_type == AuthType::OAuth2 {
            self.command(Command::OpenPopup { attempt });
        }
        if !known {
            self.ask(attempt, About::Baseline);
        }
        attempt
    }

    /// Forgets the attempt under way, if any: its answers will find no taker.
    fn abandon(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            self.command(Command::ClosePopup { attempt: attempt.id });
        }
    }

    fn current(&mut self, id: u32) -> Option<&mut Attempt> {
        self.attempt.as_mut().filter(|attempt| attempt.id == id)
    }

    /// Answers to what an attempt asks; those of one that is over find no taker.
    fn attempted(&mut self, question: &Question, answer: Result<Found, Failure>) {
        let now_ms = self.now_ms;
        let Some(attempt) = self.current(question.number) else {
            // What the user did not wait for may be connected by now, and must not be sent again.
            let may_be = match answer {
                Ok(found) => matches!(found, Found::Done | Found::Connected),
                Err(failure) => failure.code.is_unanswered(),
            };
            if may_be && matches!(question.about, About::Connect(..)) {
                self.refresh_app(question.slug.clone());
            }
            return;
        };
        match (&question.about, answer) {
            (About::Poll, Ok(Found::App(app))) => self.polled(app),
            // The poll is only a question: asking again is safe whatever went wrong, unless the answer was final.
            (About::Poll, Err(failure)) if failure.code.retryable() => {
                attempt.poll_again(now_ms, failure.retry_after_ms);
            }
            // Nobody knows whether the platform took them: ask it before anybody sends them twice.
            (About::Connect(AuthType::KeyBased, _), Err(failure)) if failure.code.is_unanswered() => {
                attempt.closed(now_ms);
            }
            (_, Err(failure)) => self.fail(failure),
            (_, Ok(Found::App(app))) => {
                attempt.baseline = Some(app);
                if let Some(pending) = attempt.pending.take() {
                    self.command(pending);
                }
                self.prepared();
            }
            (About::Connect(AuthType::KeyBased, _), Ok(_)) => attempt.closed(now_ms),
            (_, Ok(Found::Window)) => {
                attempt.authorized = true;
                self.prepared();
            }
            (_, Ok(Found::Connected)) => {
                attempt.authorized = true;
                attempt.closed(now_ms);
                let attempt = attempt.id;
                self.command(Command::ClosePopup { attempt });
                self.show(Screen::Waiting { attempt, stage: Stage::Checking });
            }
            (_, Ok(_)) => self.fail(Code::BadResponse.into()),
        }
    }

    /// Sends the user to the provider as soon as the address is known and the accounts from before are.
    fn prepared(&mut self) {
        let now_ms = self.now_ms;
        let Some(attempt) = self.attempt.as_mut() else { return };
        let preparing = matches!(
            self.state.screen,
            Screen::Waiting { stage: Stage::Preparing, .. } | Screen::Fields { auth_type: AuthType::OAuth2, .. }
        );
        if !preparing || !attempt.prepared() {
            return;
        }
        attempt.sent(now_ms);
        let id = attempt.id;
        let stage = if attempt.blocked { Stage::Blocked } else { Stage::SigningIn };
        if stage == Stage::Blocked {
            attempt.blocked();
            self.report(&Code::PopupBlocked.into());
        } else {
            self.command(Command::NavigatePopup { attempt: id });
            self.activity(Activity::ProviderOpened);
        }
        self.show(Screen::Waiting { attempt: id, stage });
    }

    /// An address that the browser kept the user from is still good; one that was opened may be used up, for a provider
    /// takes its `state` once.
    fn open_again(&mut self) {
        let Screen::Waiting { stage, .. } = &mut self.state.screen else { return };
        let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.prepared()) else { return };
        if *stage == Stage::Blocked {
            *stage = Stage::SigningIn;
            attempt.sent(self.now_ms);
            let id = attempt.id;
            self.command(Command::OpenPopup { attempt: id });
            self.command(Command::NavigatePopup { attempt: id });
        } else {
            self.start_over();
        }
    }

    /// A new attempt in place of the last, for the same accounts from before: one that arrives late still counts.
    fn start_over(&mut self) {
        let Some(last) = &mut self.attempt else { return };
        let (auth_type, before) = (last.auth_type, last.baseline.take());
        if last.typed {
            // What was typed is wiped already: it has to be asked for again.
            self.abandon();
            self.show_fields(auth_type);
        } else {
            self.authorize(before);
        }
    }

    fn popup_opened(&mut self, id: u32, opened: bool) {
        let Some(attempt) = self.current(id) else { return };
        attempt.blocked = !opened;
        if opened || !attempt.prepared() {
            return;
        }
        attempt.blocked();
        if let Screen::Waiting { stage, .. } = &mut self.state.screen {
            *stage = Stage::Blocked;
            self.report(&Code::PopupBlocked.into());
        }
    }

    fn popup_closed(&mut self, id: u32) {
        let now_ms = self.now_ms;
        let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.id == id) else { return };
        match &mut self.state.screen {
            Screen::Waiting { stage: stage @ (Stage::SigningIn | Stage::SigningInLong), .. } => {
                *stage = Stage::Checking;
                attempt.closed(now_ms);
            }
            // Closed before there was anything to see: the window can be opened again once the address is there.
            Screen::Waiting { stage: Stage::Preparing, .. } | Screen::Fields { .. } => attempt.blocked = true,
            _ => {}
        }
    }

    fn hint(&mut self) {
        let now_ms = self.now_ms;
        if let Some(attempt) = self.attempt.as_mut() {
            attempt.hint(now_ms);
        }
    }

    fn polled(&mut self, app: Rc<App>) {
        let now_ms = self.now_ms;
        let Some(attempt) = self.attempt.as_mut() else { return };
        let account = attempt.connected(&app).cloned();
        let auth_type = attempt.auth_type;
        if account.is_none() {
            attempt.poll_again(now_ms, None);
        }
        self.replace(app);
        let Some(account) = account else { return };
        self.abandon();
        let connection_id = account.connection_id.clone();
        let app = self.slug();
        self.emit(Notice::Outcome(Outcome::AccountConnected { app, auth_type, connection_id }));
        self.activity(Activity::Connected);
        self.show(Screen::Connected { account });
    }

    /// The attempt is over without an account.
    fn fail(&mut self, failure: Failure) {
        let Some(attempt) = &self.attempt else { return };
        let (auth_type, typed) = (attempt.auth_type, attempt.typed);
        self.report(&failure);
        self.abandon();
        match &mut self.state.screen {
            Screen::Fields { framed: true, busy, .. } => {
                *busy = false;
                self.command(Command::ReleaseFrame(failure));
            }
            Screen::Fields { busy, problem, errors, .. } if typed => {
                *busy = false;
                *errors = refused_field(&failure);
                *problem = Some(failure);
            }
            _ => self.show(Screen::Failed { auth_type, failure }),
        }
    }

    // Ending connections.

    fn removal(&mut self, asked: Option<AuthType>) {
        if let Screen::App { removal, .. } = &mut self.state.screen
            && !removal.as_ref().is_some_and(Removal::busy)
        {
            *removal = asked.map(|auth_type| Removal { auth_type, stage: RemovalStage::Asking });
        }
    }

    fn disconnect(&mut self) {
        if let Screen::App { removal: Some(removal) } = &mut self.state.screen
            && !removal.busy()
        {
            removal.stage = RemovalStage::Busy;
            let auth_type = removal.auth_type;
            // Told when it is done, when the platform may have said already that they are gone.
            let mut ids = Vec::new();
            for account in self.state.current_app().map_or(&[][..], |app| &app.accounts) {
                if let (true, Some(id)) = (account.auth_type == auth_type, &account.connection_id) {
                    ids.push(id.clone());
                }
            }
            // Asked for once, however often the screen is left and opened again meanwhile.
            let ending = (self.slug(), auth_type);
            if !self.ending.contains(&ending) {
                self.ending.push(ending);
                self.ask(0, About::Disconnect(auth_type, ids));
            }
        }
    }

    fn disconnected(
        &mut self,
        slug: String,
        auth_type: AuthType,
        connection_ids: Vec<String>,
        failure: Option<Failure>,
    ) {
        keep(&mut self.ending, |(app, kind)| *app != slug || *kind != auth_type);
        let at_slug = self.state.slug.as_ref() == Some(&slug);
        // Unless the user has gone on, perhaps to end another.
        let asked = match &mut self.state.screen {
            Screen::App { removal } => removal.as_mut().filter(|at| at_slug && at.busy() && at.auth_type == auth_type),
            _ => None,
        };
        // Gone already is what was asked for.
        if let Some(failure) = failure.filter(|failure| failure.code != Code::NotFound) {
            if let Some(removal) = asked {
                removal.stage = RemovalStage::Failed(failure.clone());
            }
            return self.emit(Notice::Error { failure, step: "app", app: Some(slug) });
        }
        if asked.is_some() {
            self.show_app();
        }
        // What was asked of the app before this may still tell of the connection.
        self.outdated = self.last_ask;
        if let Some(app) = self.state.app(&slug) {
            let kept = app.accounts.iter().filter(|account| account.auth_type != auth_type).cloned().gather();
            let app = app.with(kept);
            self.replace(Rc::new(app));
        }
        self.emit(Notice::Outcome(Outcome::AccountDisconnected { app: slug.clone(), auth_type, connection_ids }));
        self.emit(Notice::Activity { name: Activity::Disconnected, app: Some(slug.clone()) });
        self.refresh_app(slug);
    }

    // The world.

    fn retry(&mut self) {
        match &self.state.screen {
            Screen::Failed { auth_type, .. } => {
                let auth_type = *auth_type;
                let Some(method) = self.state.method(auth_type) else { return };
                let (asks, secret) = (method.asks(), method.is_secret());
                if !secret || self.entry != Entry::Missing {
                    self.go_on(auth_type, asks);
                }
            }
            Screen::Waiting { stage: Stage::Unfinished, .. } => self.open_again(),
            _ => self.load_again(|_| true),
        }
    }

    /// Loads again what could not be loaded for a reason that may be gone.
    fn load_again(&mut self, gone: fn(Code) -> bool) {
        if matches!(&self.state.apps, Apps::Failed(failure) if gone(failure.code)) {
            self.load();
        }
    }

    fn online(&mut self, online: bool) {
        if self.state.online == online {
            return;
        }
        self.state.online = online;
        if online {
            self.hint();
            self.load_again(Code::retryable);
        }
    }

    /// What could not be loaded for want of a token is loaded now. A refused token is not among the reasons: that request
    /// had its second try.
    fn catch_up(&mut self) {
        self.load_again(|code| code != Code::SessionRejected && code.as_str().starts_with("session_"));
    }

    fn reset(&mut self) {
        self.forget();
        self.load();
    }

    /// Nothing of it is left for whom the host's next token is for, which brings the list.
    fn end(&mut self) {
        self.forget();
        self.state.apps = Apps::Failed(Code::SessionEnded.into());
        self.emit(Notice::Closed { reason: CloseReason::Ended });
    }

    /// Drops all that belongs to a session.
    fn forget(&mut self) {
        self.abandon();
        self.command(Command::AbortRequests);
        self.ending.clear();
        self.state.search.clear();
        self.state.category = None;
        self.show_first();
    }

    /// What time alone brings: a poll, more help, the end of an attempt.
    fn advance(&mut self) {
        let now_ms = self.now_ms;
        let Some(attempt) = self.attempt.as_mut() else { return };
        if now_ms >= attempt.since_ms + LIMIT_MS {
            return self.fail(Code::AuthorizationTimeout.into());
        }
        let next = match &self.state.screen {
            Screen::Waiting { stage: Stage::SigningIn, .. } if now_ms >= attempt.since_ms + LONG_MS => {
                Some(Stage::SigningInLong)
            }
            Screen::Waiting { stage: Stage::Checking, .. } if attempt.gave_up() => Some(Stage::Unfinished),
            _ => None,
        };
        if let Some(next) = next
            && let Screen::Waiting { stage, .. } = &mut self.state.screen
        {
            *stage = next;
            if next == Stage::Unfinished {
                return self.report(&Code::AuthorizationIncomplete.into());
            }
        }
        if let Screen::Fields { auth_type: AuthType::KeyBased, .. } = &self.state.screen
            && attempt.gave_up()
        {
            return self.fail(Code::NetworkError.into());
        }
        if self.state.online && attempt.poll(now_ms) {
            let attempt = attempt.id;
            self.ask(attempt, About::Poll);
        }
    }

    fn show(&mut self, screen: Screen) {
        self.state.screen = screen;
    }

    fn show_failure(&mut self, auth_type: AuthType, failure: Failure) {
        self.report(&failure);
        self.abandon();
        self.show(Screen::Failed { auth_type, failure });
    }

    fn show_first(&mut self) {
        self.state.slug = self.state.pinned.clone();
        if self.state.slug.is_some() {
            self.show_app();
        } else {
            self.show(Screen::List);
        }
    }

    /// Shows the app of [`State::slug`].
    fn show_app(&mut self) {
        self.show(Screen::App { removal: None });
    }

    /// Asks something about the app on screen.
    fn ask(&mut self, number: u32, about: About) {
        let slug = self.slug();
        self.command(Question::command(number, slug, about));
    }

    fn command(&mut self, command: Command) {
        self.commands.push(command);
    }

    fn emit(&mut self, notice: Notice) {
        self.command(Command::Emit(notice));
    }

    fn activity(&mut self, name: Activity) {
        self.emit(Notice::Activity { name, app: self.state.slug.clone() });
    }

    fn report(&mut self, failure: &Failure) {
        let notice =
            Notice::Error { failure: failure.clone(), step: self.state.screen.name(), app: self.state.slug.clone() };
        self.emit(notice);
    }
}

/// A refusal that names no field belongs to the form as a whole; platforms that name one do so by `"field: reason"`.
pub(crate) fn refused_field(failure: &Failure) -> Faults {
    let (field, reason) = cut(failure.message.as_deref().unwrap_or_default(), b':');
    let name = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match reason.strip_prefix(' ') {
        Some(reason) if failure.code == Code::Rejected && name => {
            vec![(FieldKey::outside(field), Fault::Refused(reason.to_owned()))]
        }
        _ => Vec::new(),
    }
}
