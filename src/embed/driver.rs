//! Carries out what the flow wants done: requests, and the provider's window.

use super::events::HostEvent;
use super::frame;
use super::instance::Core;
use super::popup::Address;
use crate::browser::{Timer, call, spawn};
use crate::error::{Code, Failure};
use crate::flow::{Command, Event, Found};
use crate::platform::{Answer, Call, Listed, Platform};
use std::rc::{Rc, Weak};

/// How often `closed` of the provider's window is looked at, in milliseconds: browsers have no event for it.
const WATCH_MS: f64 = 500.0;

/// What an answer means to the flow.
type Read = Box<dyn FnOnce(&Rc<Core>, Answer) -> Event>;

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
                let read = |core: &Rc<Self>, answer| match core.platform.read_apps(answer) {
                    Ok(Listed::Long(top, whole)) => {
                        let still = core.still();
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
                };
                self.ask(self.platform.apps(), Box::new(read));
            }
            Command::AbortRequests => {
                self.epoch.set(self.epoch.get() + 1);
                self.platform.transport.abort();
                self.pause.set(None);
            }
            Command::Emit(notice) => self.notice(notice),
            command => self.carry_out_beyond(command),
        }
    }

    /// What concerns one app. The npm package's second module begins here, which is why it is no part of its caller.
    #[inline(never)]
    fn carry_out_beyond(self: &Rc<Self>, command: Command) {
        match command {
            Command::OpenPopup { attempt } => {
                let opened = self.popup.borrow_mut().open(attempt);
                self.watch_popup(attempt);
                self.send(Event::PopupOpened { attempt, opened });
            }
            Command::NavigatePopup { attempt } => {
                let elsewhere = self.popup.borrow().elsewhere();
                if let Some((open, address)) = elsewhere {
                    let core = Rc::downgrade(self);
                    let then = move |opened: Result<_, _>| {
                        if let (Err(_), Some(core)) = (opened, core.upgrade()) {
                            core.send(Event::PopupOpened { attempt, opened: false });
                        }
                    };
                    call(open, address, Box::new(then));
                } else {
                    self.popup.borrow().navigate();
                }
            }
            Command::ClosePopup { .. } => {
                self.watch.set(None);
                self.popup.borrow_mut().end();
            }
            Command::ProceedInFrame { attempt } => self.tell_frame(frame::News::Proceed(attempt)),
            Command::ReleaseFrame(failure) => self.tell_frame(frame::News::Release(failure)),
            Command::Ask(mut question) => {
                if let Some(call) = self.call_of(&mut question) {
                    let read = move |core: &Rc<Self>, answer| {
                        let found = core.found(&question, answer);
                        Event::Answered(question, found)
                    };
                    self.ask(call, Box::new(read));
                }
            }
            // All others concern the list.
            Command::LoadApps | Command::AbortRequests | Command::Emit(_) => {}
        }
    }

    /// Asks what the platform calls the organisation: decoration of the screens of one app, without which the host's own
    /// name for itself is shown. The npm package's second module begins here.
    #[inline(never)]
    pub(super) fn name_organisation(self: &Rc<Self>) {
        let read = |core: &Rc<Self>, answer| {
            Event::OrganisationLoaded(core.platform.read_organisation(answer).unwrap_or_default())
        };
        self.ask(self.platform.organisation(), Box::new(read));
    }

    /// Sends a request whose answer is one event.
    fn ask(self: &Rc<Self>, call: Call, read: Read) {
        let still = self.still();
        let then = move |answer| {
            if let Some(core) = still.there() {
                if core.platform.transport.headers_refused() {
                    core.emit(HostEvent::error(&Code::CorsHeaderRefused.into(), "embed", None));
                }
                let event = read(&core, answer);
                core.send(event);
            }
        };
        self.platform.transport.ask(call, Box::new(then));
    }

    fn still(self: &Rc<Self>) -> Still {
        Still { core: Rc::downgrade(self), epoch: self.epoch.get() }
    }

    /// Checks the address and keeps it where only the window of that attempt gets it.
    pub(super) fn take_address(&self, attempt: u32, address: &str) -> Result<Found, Failure> {
        let address = Address::check(address, |text| self.keeper.holds_token(text))?;
        self.popup.borrow_mut().set_address(attempt, address);
        Ok(Found::Window)
    }

    fn watch_popup(self: &Rc<Self>, attempt: u32) {
        self.watch.set(Timer::new(WATCH_MS, self, move |core| {
            // Read before anything is done about it: the window may be closed from here.
            let closed = core.popup.borrow().closed();
            match closed {
                Some(false) => {}
                Some(true) => return core.send(Event::PopupClosed { attempt }),
                None => return,
            }
            core.watch_popup(attempt);
        }));
    }
}
