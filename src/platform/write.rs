//! JSON written member by member: requests, and states for interfaces of the host's own.

#[cfg(any(test, target_arch = "wasm32"))]
use super::json::Value;
use super::json::append_text;

/// JSON under construction: what is put follows what was put before.
#[derive(Default)]
pub(crate) struct Writer(String);

/// One object.
pub(crate) fn written(fill: impl FnOnce(&mut Writer)) -> String {
    let mut out = Writer::default();
    out.object("", fill);
    out.0
}

impl Writer {
    /// A member's name, which is never empty, or none for an item, and what keeps it from the one before.
    fn begin(&mut self, name: &str) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.0.push(',');
        }
        if !name.is_empty() {
            append_text(name, &mut self.0);
            self.0.push(':');
        }
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.begin(name);
        append_text(text, &mut self.0);
    }

    /// As [`Self::text`]: whoever calls it need not take the text out of its place.
    #[inline(never)]
    #[allow(clippy::ptr_arg)]
    pub(crate) fn string(&mut self, name: &str, text: &String) {
        self.text(name, text);
    }

    pub(crate) fn maybe(&mut self, name: &str, text: &Option<String>) {
        if let Some(text) = text {
            self.string(name, text);
        }
    }

    pub(crate) fn flag(&mut self, name: &str, flag: bool) {
        self.source(name, if flag { "true" } else { "false" });
    }

    #[cfg(any(test, target_arch = "wasm32"))]
    pub(crate) fn value(&mut self, name: &str, value: &Value) {
        self.source(name, &value.write());
    }

    /// What is JSON already.
    pub(crate) fn source(&mut self, name: &str, source: &str) {
        self.begin(name);
        self.0.push_str(source);
    }

    pub(crate) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.open(name, '{');
        fill(self);
        self.0.push('}');
    }

    #[inline(never)]
    fn open(&mut self, name: &str, bracket: char) {
        self.begin(name);
        self.0.push(bracket);
    }

    #[inline(never)]
    fn item(&mut self) {
        self.open("", '{');
    }

    /// A list of objects.
    pub(crate) fn list<'a, T: 'a>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = &'a T>,
        each: impl Fn(&mut Self, &T),
    ) {
        self.open(name, '[');
        for item in items {
            self.item();
            each(self, item);
            self.0.push('}');
        }
        self.0.push(']');
    }

    pub(crate) fn texts(&mut self, name: &str, texts: &[String]) {
        self.open(name, '[');
        texts.iter().for_each(|text| self.string("", text));
        self.0.push(']');
    }
}
