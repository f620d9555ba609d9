//! A configuration of an app: its fields, its workflows, their runs. Plain data, in the words of the platform.

use crate::platform::json::Value;
use std::rc::Rc;

/// What a customer can set for a connected app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The platform's id; absent where an app has but one.
    pub config_id: Option<String>,
    /// The app's own, then those of each workflow; shared with the pages that they are on.
    pub fields: Vec<Rc<ConfigField>>,
    pub workflows: Vec<Workflow>,
    /// What the platform does not accept: a field's id and a sentence.
    pub field_errors: Vec<(String, String)>,
}

/// A part of the integration that can be switched on and off; its fields name it in their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub enabled: bool,
}

/// Where a field is. Ids are unique only within their list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldKey {
    pub workflow: Option<String>,
    pub id: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigField {
    /// Shared with whatever is about the field.
    pub key: Rc<FieldKey>,
    pub name: String,
    /// Shared with whoever offers it.
    pub kind: Rc<FieldKind>,
    /// The field whose value decides on the options of this one.
    pub parent: Option<String>,
    pub required: bool,
    /// The host's: never shown, never sent.
    pub hidden: bool,
    pub value: Option<Value>,
    /// What counts while there is no value.
    pub default: Option<Value>,
    /// Groups fields into pages.
    pub page: Option<String>,
    pub help: Option<String>,
    pub placeholder: String,
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Textarea,
    /// `YYYY-MM-DD`.
    Date,
    Number,
    Url,
    Email,
    /// Any JSON, edited as text.
    Json,
    /// One option's value, or a list of them.
    Select {
        options: Vec<Choice>,
        multiple: bool,
    },
    /// An object from what is on the left to what is chosen or typed for it.
    Map(Mapping),
    /// Conditions in groups that are all or any of them met.
    Rules(RuleColumns),
    /// A type newer than this component, by its name: shown, never changed.
    Unknown(String),
}

/// One thing to choose: `value` is a text or a number and sent as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    pub value: Value,
}

/// `map` and `map_v2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pub left_name: Option<String>,
    pub left: Vec<Choice>,
    pub right_name: Option<String>,
    /// `None` where the right side is free text.
    pub right: Option<Vec<Choice>>,
    /// Whether more than one option can be chosen for each on the left.
    pub multiple: bool,
}

/// The three columns of a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleColumns {
    pub lhs: Column,
    pub operator: Column,
    pub rhs: Column,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub name: Option<String>,
    /// The platform's `type` of the column: `select`, `text`, `number` and so on.
    pub kind: Option<String>,
    /// Empty for what is typed.
    pub options: Vec<Choice>,
}

/// What is to be changed: nothing in it is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigChange {
    pub config_id: Option<String>,
    pub fields: Vec<(Rc<FieldKey>, Value)>,
    /// Those with a change in them, by id, and whether each is on: the contract wants that in any.
    pub workflows: Vec<(String, bool)>,
}

/// One run of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: String,
    pub name: String,
    pub state: RunState,
    /// ISO 8601.
    pub started_at: String,
    /// Why it failed, in the platform's words.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    Running,
    Completed,
    Failed,
    /// A state newer than this component, by its name.
    Unknown(String),
}

/// One page of runs, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPage {
    pub runs: Vec<Run>,
    /// Counts from 1.
    pub page: u32,
    pub pages: u32,
}

impl Config {
    pub fn workflow(&self, id: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.id == id)
    }

    /// Whether a workflow is there and not as that.
    pub fn switches(&self, workflow: &str, enabled: bool) -> bool {
        self.workflow(workflow).is_some_and(|known| known.enabled != enabled)
    }

    pub fn field(&self, key: &FieldKey) -> Option<&Rc<ConfigField>> {
        self.find(&key.workflow, &key.id)
    }

    /// Among the fields of a workflow, or the app's own.
    fn find(&self, workflow: &Option<String>, id: &str) -> Option<&Rc<ConfigField>> {
        self.fields.iter().find(|field| field.key.id == id && field.key.workflow == *workflow)
    }

    /// The parent of a field: beside it, or among the app's own.
    pub fn parent(&self, field: &ConfigField) -> Option<&Rc<ConfigField>> {
        let id = field.parent.as_deref()?;
        self.find(&field.key.workflow, id).or_else(|| self.find(&None, id))
    }
}

impl FieldKey {
    /// Of a field outside of workflows: the app's own, or what is asked for to connect it.
    pub fn outside(id: &str) -> Rc<Self> {
        Rc::new(Self { workflow: None, id: id.to_owned() })
    }
}

impl ConfigField {
    /// What the platform has: the value, else the default.
    pub fn saved(&self) -> Option<&Value> {
        self.value.as_ref().or(self.default.as_ref())
    }

    /// Whether this component can edit it without losing what is there.
    pub fn editable(&self) -> bool {
        let known = !matches!(*self.kind, FieldKind::Unknown(_));
        known && !self.hidden && self.saved().is_none_or(|value| self.kind.holds(value))
    }
}

impl FieldKind {
    /// Whether a value is of this kind, so that editing it cannot lose a part of it.
    pub fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Unknown(_), _) => false,
            (Self::Json, _) | (_, Value::Null) => true,
            (Self::Select { multiple: true, .. }, Value::List(items)) => items.iter().all(|v| v.plain().is_some()),
            (Self::Map(_) | Self::Rules(_), Value::Object(_)) => true,
            (Self::Map(_) | Self::Rules(_), _) => value.is_empty(),
            _ => value.plain().is_some(),
        }
    }

    /// What is sent when nothing is left in a field that had a value.
    pub fn cleared(&self) -> Value {
        match self {
            kind if kind.is_text() => Value::Text(String::new()),
            Self::Select { multiple: true, .. } => Value::List(Vec::new()),
            Self::Map(_) => Value::Object(Vec::new()),
            _ => Value::Null,
        }
    }

    /// Whether its values are texts as they are typed.
    pub const fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Textarea | Self::Date | Self::Url | Self::Email)
    }

    /// Whether a value is as good as none.
    pub fn says_nothing(&self, value: &Value) -> bool {
        match self {
            Self::Rules(_) => value.get("conditions").is_none_or(Value::is_empty),
            Self::Json => *value == Value::Null,
            _ => value.is_empty(),
        }
    }

    /// What can be chosen, where anything can.
    pub fn options(&self) -> Option<&[Choice]> {
        match self {
            Self::Select { options, .. } => Some(options),
            Self::Map(mapping) => mapping.right.as_deref(),
            _ => None,
        }
    }
}
