//! JSON as it was written: members in their order, numbers as their text, what has no other form as its source.
//!
//! Values of a configuration go through this and not through the browser's parser, which reorders members that look
//! like numbers and rounds what does not fit a double: what the user did not touch must not change.

use crate::space::trimmed;

/// What nests deeper is kept as its source: no list of rules comes near, and no stack ends.
const MAX_DEPTH: usize = 64;

/// One JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    /// As written: `1.50` stays `1.50`, however many digits it has.
    Number(String),
    Text(String),
    List(Vec<Value>),
    /// Names as they come, repeated ones and `__proto__` like any other.
    Object(Vec<(String, Value)>),
    /// Source that has no other form here: half a surrogate pair, or what nests too deep.
    Raw(String),
}

impl Value {
    /// The value of a whole text; `None` if it is not JSON.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { text, at: 0, strict: false };
        parser.whole()
    }

    /// As [`Value::parse`], for what a user types: too deep is refused, because nothing checked its inside.
    pub fn parse_typed(text: &str) -> Option<Self> {
        let mut parser = Parser { text, at: 0, strict: true };
        parser.whole()
    }

    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A text, as a number where it is one in JSON's grammar.
    pub fn number(text: &str) -> Option<Self> {
        let mut parser = Parser { text, at: 0, strict: true };
        parser.number().filter(|_| parser.at == text.len())
    }

    /// A member of an object; of repeated ones the last, as everywhere.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The members of an object; none for anything else.
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// A text or a number, as text.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it says nothing: null, blank, no items, no members.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => trimmed(text).is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Bool(_) | Self::Number(_) | Self::Raw(_) => false,
        }
    }

    /// As JSON without white space.
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.append(&mut out, None);
        out
    }

    /// As JSON to be read and edited by people: one member a line, indented by two spaces.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.append(&mut out, Some(0));
        out
    }

    fn append(&self, out: &mut String, indent: Option<usize>) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(source) | Self::Raw(source) => out.push_str(source),
            Self::Text(text) => append_text(text, out),
            Self::List(items) => {
                let mut list = Brackets::open('[', indent, out);
                for item in items {
                    list.next(out);
                    item.append(out, list.inner);
                }
                list.close(']', out);
            }
            Self::Object(members) => {
                let mut object = Brackets::open('{', indent, out);
                for (name, value) in members {
                    object.next(out);
                    append_text(name, out);
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    value.append(out, object.inner);
                }
                object.close('}', out);
            }
        }
    }
}

struct Brackets {
    outer: Option<usize>,
    inner: Option<usize>,
    any: bool,
}

impl Brackets {
    fn open(bracket: char, outer: Option<usize>, out: &mut String) -> Self {
        out.push(bracket);
        Self { outer, inner: outer.map(|indent| indent + 1), any: false }
    }

    fn next(&mut self, out: &mut String) {
        if self.any {
            out.push(',');
        }
        self.any = true;
        new_line(self.inner, out);
    }

    fn close(self, bracket: char, out: &mut String) {
        if self.any {
            new_line(self.outer, out);
        }
        out.push(bracket);
    }
}

fn new_line(indent: Option<usize>, out: &mut String) {
    if let Some(indent) = indent {
        out.push('\n');
        (0..indent).for_each(|_| out.push_str("  "));
    }
}

/// A text as JSON writes it.
pub(crate) fn append_text(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        let last = match char {
            '"' | '\\' => char,
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\0'..'\x20' => {
                out.push_str(if char < '\x10' { "\\u000" } else { "\\u001" });
                out.push(char::from_digit(char as u32 & 15, 16).unwrap_or('0'));
                continue;
            }
            char => {
                out.push(char);
                continue;
            }
        };
        out.push('\\');
        out.push(last);
    }
    out.push('"');
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    strict: bool,
}

impl Parser<'_> {
    fn whole(&mut self) -> Option<Value> {
        let value = self.value(MAX_DEPTH)?;
        self.space();
        (self.at == self.text.len()).then_some(value)
    }

    /// Zero at the end; nothing that is read looks for one.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == byte;
        self.at += usize::from(there);
        there
    }

    fn space(&mut self) {
        while let b' ' | b'\t' | b'\n' | b'\r' = self.peek() {
            self.at += 1;
        }
    }

    fn since(&self, start: usize) -> Option<String> {
        self.text.get(start..self.at).map(str::to_owned)
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.space();
        let start = self.at;
        match self.peek() {
            b'"' => {
                if let Some(text) = self.string()? {
                    return Some(Value::Text(text));
                }
            }
            b'[' | b'{' if depth == 0 => self.skip()?,
            b'[' => return self.container(b']', depth - 1),
            b'{' => return self.container(b'}', depth - 1),
            b't' => return self.word("true").then_some(Value::Bool(true)),
            b'f' => return self.word("false").then_some(Value::Bool(false)),
            b'n' => return self.word("null").then_some(Value::Null),
            _ => return self.number(),
        }
        self.raw(start)
    }

    /// As it is written since there.
    fn raw(&self, start: usize) -> Option<Value> {
        self.since(start).map(Value::Raw)
    }

    fn word(&mut self, word: &str) -> bool {
        let there = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += word.len();
        there
    }

    /// A list, or an object: that is a list whose items have names.
    fn container(&mut self, end: u8, depth: usize) -> Option<Value> {
        let (start, named) = (self.at, end == b'}');
        self.at += 1;
        let (mut items, mut members, mut whole) = (Vec::new(), Vec::new(), true);
        self.space();
        while !self.eat(end) {
            if !items.is_empty() || !members.is_empty() || !whole {
                self.eat(b',').then_some(())?;
                self.space();
            }
            if named {
                let name = self.string()?;
                self.space();
                self.eat(b':').then_some(())?;
                let value = self.value(depth)?;
                match name {
                    Some(name) => members.push((name, value)),
                    // A name that cannot be held: the object is kept as it is.
                    None => whole = false,
                }
            } else {
                items.push(self.value(depth)?);
            }
            self.space();
        }
        match named {
            true if whole => Some(Value::Object(members)),
            true => self.raw(start),
            false => Some(Value::List(items)),
        }
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while let b'0'..=b'9' = self.peek() {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        self.eat(b'-');
        let whole = self.eat(b'0') || self.digits();
        let fraction = !self.eat(b'.') || self.digits();
        let exponent = if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()
        } else {
            true
        };
        (whole && fraction && exponent).then(|| self.since(start).map(Value::Number))?
    }

    /// `Some(None)` for a string that is one but cannot be held.
    fn string(&mut self) -> Option<Option<String>> {
        self.eat(b'"').then_some(())?;
        let (mut out, mut whole) = (String::new(), true);
        loop {
            let start = self.at;
            while !matches!(self.peek(), 0..0x20 | b'"' | b'\\') {
                self.at += 1;
            }
            out.push_str(self.text.get(start..self.at)?);
            if self.eat(b'"') {
                return Some(whole.then_some(out));
            }
            self.eat(b'\\').then_some(())?;
            let escape = self.peek();
            self.at += 1;
            out.push(match escape {
                b'"' | b'\\' | b'/' => char::from(escape),
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'b' => '\x08',
                b'f' => '\x0c',
                b'u' => match self.unicode()? {
                    Some(char) => char,
                    None => {
                        whole = false;
                        continue;
                    }
                },
                _ => return None,
            });
        }
    }

    /// The rest of a `\u` escape; `Some(None)` for half a surrogate pair.
    fn unicode(&mut self) -> Option<Option<char>> {
        let high = self.hex()?;
        let before = self.at;
        if (0xd800..0xdc00).contains(&high) && self.eat(b'\\') && self.eat(b'u') {
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                return Some(char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
            }
        }
        self.at = before;
        Some(char::from_u32(high))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |sum, digit| Some(sum << 4 | char::from(*digit).to_digit(16)?))
    }

    /// Passes over a list or an object without descending into it.
    fn skip(&mut self) -> Option<()> {
        if self.strict {
            return None;
        }
        let mut open = 0_usize;
        loop {
            match self.peek() {
                0 if self.at == self.text.len() => return None,
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'[' | b'{' => open += 1,
                b']' | b'}' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_written_is_written_again() {
        for text in [
            "null",
            "true",
            "-0.10e+5",
            "123456789012345678901234567890.10",
            r#""""#,
            r#""é \"quoted\" \\ \n\t""#,
            "[]",
            "{}",
            r#"[1,[2,[]],{"b":1,"1":2,"__proto__":null,"constructor":{},"b":3}]"#,
            r#"["\ud800",{"a":"\udc00x"},{"\ud800":1}]"#,
        ] {
            assert_eq!(Value::parse(text).unwrap().write(), text);
        }
        assert_eq!(Value::parse(r#" "\ud83d\ude00A\/" "#).unwrap(), Value::text("😀A/"));
        assert_eq!(Value::parse(r#"{"a":1,"a":2}"#).unwrap().get("a"), Some(&Value::Number("2".into())));
        assert_eq!(Value::text("\x01").write(), r#""\u0001""#);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "nul",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "[1,]",
            "{,}",
            r#"{"a"}"#,
            r#"{a:1}"#,
            "[1 2]",
            "'a'",
            "\"a\nb\"",
            r#""\x""#,
            r#""\u12g4""#,
            r#""\u+123""#,
            "[",
            "{\"a\":",
            "1 2",
            "]",
            "NaN",
        ] {
            assert_eq!(Value::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        assert_eq!(Value::parse(&deep).unwrap().write(), deep);
        assert_eq!(Value::parse_typed(&deep), None);
        assert_eq!(Value::parse(&"[".repeat(100_000)), None);
        assert!(Value::parse_typed(&["[".repeat(60), "]".repeat(60)].concat()).is_some());
    }

    #[test]
    fn pretty_is_the_same_value() {
        let value = Value::parse(r#"{"a":[1,{"b":[]}],"c":{}}"#).unwrap();
        let pretty = value.pretty();
        assert_eq!(pretty, "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
        assert_eq!(Value::parse(&pretty).unwrap(), value);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?".prop_map(Value::Number),
            any::<String>().prop_map(Value::Text),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
                prop::collection::vec((any::<String>(), inner), 0..5).prop_map(Value::Object),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

        #[test]
        fn every_value_comes_back(value in any_value()) {
            prop_assert_eq!(&Value::parse(&value.write()), &Some(value.clone()));
            prop_assert_eq!(Value::parse_typed(&value.pretty()), Some(value));
        }

        #[test]
        fn any_text_is_refused_or_kept(text in "[\\[\\]{}\",:0-9eE.+\\-\\\\ua-f tn]{0,40}") {
            if let Some(value) = Value::parse(&text) {
                prop_assert_eq!(Value::parse(&value.write()), Some(value));
            }
        }
    }
}
