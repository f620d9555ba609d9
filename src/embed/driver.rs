//! Carries out what the flow wants done: requests, and the provider's window.

use super::browser::{Timer, spawn};
use super::events::HostEvent;
use super::instance::Core;
use super::popup::Address;
use crate::error::{Code, Failure};
use crate::flow::{Command, Event};
use crate::platform::model::Authorization;
use crate::platform::{Listed, Platform, Question, Started};
use js_sys::{Function, JsString, Promise};
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// How often `closed` of the provider's window is looked at, in milliseconds: browsers have no event for it.
const WATCH_MS: f64 = 500.0;

/// For what takes a while: the core, unless everything of its time was dropped meanwhile.
struct Still {
    core: Weak<Core>,
    epoch: u32,
}

impl Still {
    fn there(&self) -> Option<Rc<Core>> {
        self.core.upgrade().filter(|core| core.epoch.get() == self.epoch)
    }
}

impl Core {
    pub(super) fn carry_out(self: &Rc<Self>, command: Command) {
        match command {
            Command::LoadApps => {
                let still = self.still();
                self.ask(self.platform.apps().then(|listed| match listed {
                    Ok(Listed::Long(top, whole)) => {
                        spawn(Box::pin(async move {
                            let apps = whole.await;
                            if let Some(core) = still.there() {
                                core.send(Event::AppsLoaded(Ok(apps)));
                            }
                        }));
                        Event::AppsArrived(top)
                    }
                    Ok(Listed::Whole(apps)) => Event::AppsLoaded(Ok(apps)),
                    Err(failure) => Event::AppsLoaded(Err(failure)),
                }));
            }
            // Only decoration: without it the host's own name for itself is shown.
            Command::LoadOrganisation => self
                .ask(self.platform.organisation().then(|result| Event::OrganisationLoaded(result.unwrap_or_default()))),
            Command::AbortRequests => {
                self.epoch.set(self.epoch.get() + 1);
                self.platform.transport.abort();
            }
            Command::Emit(notice) => self.notice(notice),
            command => self.carry_out_beyond(command),
        }
    }

    /// What concerns one app. The npm package's second module begins here, which is why it is no part of its caller.
    #[inline(never)]
    fn carry_out_beyond(self: &Rc<Self>, command: Command) {
        let platform = &self.platform;
        match command {
            Command::LoadApp { slug } => {
                self.ask(platform.app(&slug).then(move |result| Event::AppLoaded { slug, result }));
            }
            Command::OpenPopup { attempt } => {
                let opened = self.popup.borrow_mut().open();
                self.watch_popup(attempt);
                self.send(Event::PopupOpened { attempt, opened });
            }
            Command::NavigatePopup { attempt } => {
                if let Some((open, address)) = self.popup.borrow().elsewhere() {
                    self.open_elsewhere(attempt, open, address);
                } else {
                    self.popup.borrow().navigate();
                }
            }
            Command::ClosePopup { .. } => {
                self.watch.set(None);
                self.popup.borrow_mut().close();
            }
            Command::LoadBaseline { attempt, slug } => {
                self.ask(platform.app(&slug).then(move |result| Event::Baseline { attempt, result }));
            }
            Command::Authorize { attempt, slug, fields } => {
                let core = self.clone();
                self.ask(platform.authorize(&slug, &fields).then(move |started| {
                    let result = started.and_then(|started| match started {
                        Started::At(address) => core.take_address(&address),
                        Started::Connected => Ok(Authorization::Connected),
                    });
                    Event::Authorized { attempt, result }
                }));
            }
            Command::Poll { attempt, slug } => {
                self.ask(platform.app(&slug).then(move |result| Event::Polled { attempt, result }));
            }
            Command::SaveCredentials { attempt, slug, auth_type, fields } => {
                let question = platform.save(&slug, auth_type, &fields);
                self.ask(question.then(move |result| Event::CredentialsSaved { attempt, result }));
            }
            Command::ProceedInFrame { attempt } => self.with_frame(|frame| frame.proceed(attempt)),
            Command::ReleaseFrame(failure) => self.with_frame(|frame| frame.release(&failure)),
            Command::Disconnect { slug, auth_type } => {
                let question = platform.disconnect(&slug, auth_type);
                self.ask(question.then(move |result| Event::Disconnected { slug, result }));
            }
            Command::Config(command) => self.configure(command),
            // All others concern the list.
            Command::LoadApps | Command::LoadOrganisation | Command::AbortRequests | Command::Emit(_) => {}
        }
    }

    /// Sends a request whose answer is one event.
    pub(super) fn ask(self: &Rc<Self>, question: Question<Event>) {
        let still = self.still();
        self.platform.transport.ask(question.then(move |event| {
            if let Some(core) = still.there() {
                if core.platform.transport.headers_refused() {
                    core.emit(HostEvent::error(&Code::CorsHeaderRefused.into(), "embed", None));
                }
                core.send(event);
            }
        }));
    }

    fn still(self: &Rc<Self>) -> Still {
        Still { core: Rc::downgrade(self), epoch: self.epoch.get() }
    }

    /// Checks the address and keeps it where only the window gets it.
    pub(super) fn take_address(&self, address: &str) -> Result<Authorization, Failure> {
        let address = Address::check(address, |text| self.keeper.holds_token(text))?;
        self.popup.borrow_mut().set_address(address);
        Ok(Authorization::Window)
    }

    /// Gives the address to the host's function, in a task of its own: whatever that does happens to the host alone.
    fn open_elsewhere(self: &Rc<Self>, attempt: u32, open: Function, address: JsString) {
        let core = Rc::downgrade(self);
        spawn(Box::pin(async move {
            let opened = match open.call1(&JsValue::UNDEFINED, &address) {
                Ok(answer) => JsFuture::from(Promise::resolve(&answer)).await,
                Err(error) => Err(error),
            };
            if let (Err(_), Some(core)) = (opened, core.upgrade()) {
                core.send(Event::PopupOpened { attempt, opened: false });
            }
        }));
    }

    fn watch_popup(self: &Rc<Self>, attempt: u32) {
        let core = Rc::downgrade(self);
        self.watch.set(Timer::new(WATCH_MS, move || {
            let Some(core) = core.upgrade() else { return };
            match core.popup.borrow().closed() {
                Some(false) => {}
                Some(true) => return core.send(Event::PopupClosed { attempt }),
                None => return,
            }
            core.watch_popup(attempt);
        }));
    }
}
