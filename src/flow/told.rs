//! An app as JSON: for interfaces of the host's own, and to tell whether the platform says anything new of it.

use crate::platform::model::{Account, App, AuthType, InputField, InputKind, Method};
use crate::platform::write::{Writer, written};

/// Whether nobody could tell the two apart. The compiler asks whether a new member of [`App`] is told of as well.
pub(super) fn same(one: &App, other: &App) -> bool {
    let told = |app| written(|out| out.app(app));
    one.reauth_required == other.reauth_required && told(one) == told(other)
}

impl Writer {
    pub(super) fn app(&mut self, app: &App) {
        // Of it `needs_attention` is told; [`same`] looks at it for itself.
        let App { slug, name, description, icon, tags, methods, accounts, reauth_required: _ } = app;
        self.string("slug", slug);
        self.string("name", name);
        self.maybe("description", description);
        self.maybe("icon", icon);
        self.texts("tags", tags);
        self.list("methods", &***methods, |out, Method { auth_type, scopes, fields }| {
            out.auth_type(*auth_type);
            out.texts("scopes", scopes);
            out.list("fields", fields, Self::input);
        });
        self.list("accounts", accounts, |out, account| out.account(account));
        self.flag("needsAttention", app.needs_attention());
    }

    #[inline(never)]
    pub(super) fn auth_type(&mut self, auth_type: AuthType) {
        self.text("authType", auth_type.as_str());
    }

    pub(super) fn account(&mut self, account: &Account) {
        let Account { connection_id, identifier, connected_at, active, auth_type } = account;
        self.maybe("connectionId", connection_id);
        self.string("identifier", identifier);
        self.string("connectedAt", connected_at);
        self.flag("active", *active);
        self.auth_type(*auth_type);
    }

    fn input(&mut self, field: &InputField) {
        let InputField { name, label, kind, required, multiple, placeholder, help, options } = field;
        self.string("name", name);
        self.string("label", label);
        self.string("placeholder", placeholder);
        self.flag("required", *required);
        self.flag("multiple", *multiple);
        self.maybe("help", help);
        let kind = match kind {
            InputKind::Text => "text",
            InputKind::Password => "password",
            InputKind::Email => "email",
            InputKind::Url => "url",
            InputKind::Number => "number",
            InputKind::Textarea => "textarea",
            InputKind::Select => "select",
        };
        self.text("type", kind);
        self.list("options", options, |out, (name, value)| {
            out.string("name", name);
            out.string("value", value);
        });
    }
}
