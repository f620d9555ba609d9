//! An app as JSON: for interfaces of the host's own, and to tell whether the platform says anything new of it.

use crate::platform::model::{Account, App, InputField, InputKind};
use crate::platform::write::{Writer, written};

/// Whether nobody could tell the two apart. What is new in [`App`] and may be seen has to be told of as well.
pub(super) fn same(one: &App, other: &App) -> bool {
    let told = |app| written(|out| out.app(app));
    one.reauth_required == other.reauth_required && told(one) == told(other)
}

impl Writer {
    pub(super) fn app(&mut self, app: &App) {
        self.text("slug", &app.slug);
        self.text("name", &app.name);
        self.maybe("description", &app.description);
        self.maybe("icon", &app.icon);
        self.texts("tags", &app.tags);
        self.list("methods", &app.methods, |out, method| {
            out.text("authType", method.auth_type.as_str());
            out.texts("scopes", &method.scopes);
            out.list("fields", &method.fields, Self::input);
        });
        self.list("accounts", &app.accounts, |out, account| out.account(account));
        self.flag("needsAttention", app.needs_attention());
    }

    pub(super) fn account(&mut self, account: &Account) {
        self.maybe("connectionId", &account.connection_id);
        self.text("identifier", &account.identifier);
        self.text("connectedAt", &account.connected_at);
        self.flag("active", account.active);
        self.text("authType", account.auth_type.as_str());
    }

    fn input(&mut self, field: &InputField) {
        self.text("name", &field.name);
        self.text("label", &field.label);
        self.text("placeholder", &field.placeholder);
        self.flag("required", field.required);
        self.flag("multiple", field.multiple);
        self.maybe("help", &field.help);
        let kind = match field.kind {
            InputKind::Text => "text",
            InputKind::Password => "password",
            InputKind::Email => "email",
            InputKind::Url => "url",
            InputKind::Number => "number",
            InputKind::Textarea => "textarea",
            InputKind::Select => "select",
        };
        self.text("type", kind);
        self.list("options", &field.options, |out, (name, value)| {
            out.text("name", name);
            out.text("value", value);
        });
    }
}
