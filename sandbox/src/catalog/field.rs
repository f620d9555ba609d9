//! One configuration field: what browsers see of it, and the rules that stay here.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Members of a field definition that are rules of the platform and never sent.
const PRIVATE: [&str; 2] = ["options_by_parent", "rules"];

/// A field definition, kept as the catalog wrote it so that types newer than this program pass through unchanged.
#[derive(Deserialize)]
pub(crate) struct ConfigField(Map<String, Value>);

impl ConfigField {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.text("name").unwrap_or_default()
    }

    pub(crate) fn field_type(&self) -> &str {
        self.text("field_type").unwrap_or_default()
    }

    pub(crate) fn parent(&self) -> Option<&str> {
        self.text("parent")
    }

    pub(crate) fn required(&self) -> bool {
        self.flag("required")
    }

    #[cfg(test)]
    pub(crate) fn hidden(&self) -> bool {
        self.flag("hidden")
    }

    pub(crate) fn multiple(&self) -> bool {
        self.flag("multiple")
    }

    pub(crate) fn default_value(&self) -> Option<&Value> {
        self.0.get("defaultValue")
    }

    /// The options to choose from, for a dependent field those under `parent_value`.
    pub(crate) fn options(&self, parent_value: Option<&Value>) -> Option<Vec<Value>> {
        if self.parent().is_none() {
            return self.0.get("options").and_then(Value::as_array).cloned();
        }
        let by_parent = self.0.get("options_by_parent").and_then(Value::as_object)?;
        let key = match parent_value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Some(Vec::new()),
        };
        Some(by_parent.get(&key).and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// What a rule engine offers once the left-hand side of a rule is chosen.
    pub(crate) fn rule(&self, lhs: &str) -> Option<&Value> {
        self.0.get("rules").and_then(|rules| rules.get(lhs))
    }

    /// The field as browsers see it.
    pub(crate) fn render(&self, value: Option<&Value>, parent_value: Option<&Value>) -> Map<String, Value> {
        let mut field: Map<_, _> = self
            .0
            .iter()
            .filter(|(key, _)| !PRIVATE.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        for flag in ["multiple", "required", "hidden"] {
            field.entry(flag).or_insert(Value::Bool(false));
        }
        if let Some(options) = self.options(parent_value) {
            field.insert("options".into(), options.into());
        }
        if let Some(value) = value {
            field.insert("value".into(), value.clone());
        }
        field
    }

    /// Why `value` cannot be the value of this field.
    pub(crate) fn refuse(&self, value: &Value, parent_value: Option<&Value>) -> Option<String> {
        if super::is_empty(value) {
            return self.required().then(|| "This field is required.".into());
        }
        let text = value.as_str();
        let refusal = match self.field_type() {
            "text" | "textarea" => (!value.is_string()).then_some("Enter a text."),
            "number" => {
                let numeric = value.is_number() || text.is_some_and(|text| text.trim().parse::<f64>().is_ok());
                (!numeric).then_some("Enter a number.")
            }
            "url" => (!text.is_some_and(is_web_address)).then_some("Enter an address that starts with https://."),
            "email" => (!text.is_some_and(is_email)).then_some("Enter an e-mail address."),
            "date" => (!text.is_some_and(is_date)).then_some("Enter a date."),
            "select" => {
                let options = self.options(parent_value).unwrap_or_default();
                let known = |value: &Value| options.iter().any(|option| &option["value"] == value);
                let ok = match value {
                    Value::Array(values) => self.multiple() && values.iter().all(known),
                    value => !self.multiple() && known(value),
                };
                (!ok).then_some("Choose one of the options.")
            }
            "map" | "map_v2" | "rule_engine" => (!value.is_object()).then_some("This value has the wrong shape."),
            _ => None,
        };
        refusal.map(Into::into)
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.starts_with('.') && !text.contains(char::is_whitespace)
    })
}

/// `YYYY-MM-DD`, alone or in front of a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut number = |length: usize, max: u16| {
        let part = parts.next().and_then(|part| part.get(..length));
        part.and_then(|part| part.parse::<u16>().ok()).is_some_and(|n| (1..=max).contains(&n))
    };
    number(4, 9999) && number(2, 12) && number(2, 31)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field(definition: Value) -> ConfigField {
        serde_json::from_value(definition).unwrap()
    }

    #[test]
    fn each_type_refuses_what_it_cannot_hold() {
        for (kind, good, bad) in [
            ("text", json!("a"), json!(1)),
            ("number", json!("12.5"), json!("twelve")),
            ("url", json!("https://example.com"), json!("javascript:alert(1)")),
            ("email", json!("a@example.com"), json!("a@b")),
            ("date", json!("2026-02-01"), json!("01.02.2026")),
            ("map", json!({"a": "b"}), json!("a")),
        ] {
            let field = field(json!({"id": "f", "field_type": kind}));
            assert_eq!(field.refuse(&good, None), None, "{kind}");
            assert!(field.refuse(&bad, None).is_some(), "{kind}");
        }
        let newer = field(json!({"id": "f", "field_type": "colour_wheel"}));
        assert_eq!(newer.refuse(&json!([{"any": null}]), None), None);
    }

    #[test]
    fn options_of_a_dependent_field_follow_its_parent() {
        let child = field(json!({"id": "c", "field_type": "select", "parent": "p",
            "options_by_parent": {"eu": [{"name": "Lisbon", "value": 1}]}}));
        assert_eq!(child.render(None, None)["options"], json!([]));
        assert_eq!(child.render(None, Some(&json!("eu")))["options"], json!([{"name": "Lisbon", "value": 1}]));
        assert!(!child.render(None, None).contains_key("options_by_parent"));
        assert_eq!(child.refuse(&json!(1), Some(&json!("eu"))), None);
        assert!(child.refuse(&json!(1), Some(&json!("us"))).is_some());
    }
}
