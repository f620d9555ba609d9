//! The state of one configuration: defaults, merging of changes, what each field may hold.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::catalog::{ConfigDefinition, ConfigField};

type Values = Map<String, Value>;

/// What a customer chose; the fields themselves are in the catalog.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct ConfigState {
    /// Whether a customer saved it once: from then on, what is required and missing is an error.
    saved: bool,
    #[serde(default)]
    pub(super) fields: Values,
    #[serde(default)]
    workflows: std::collections::BTreeMap<String, WorkflowState>,
    /// The host's own labels for `map` fields, as it gave them.
    #[serde(default)]
    labels: Vec<Value>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct WorkflowState {
    enabled: bool,
    fields: Values,
}

/// One list of fields, at the top or in a workflow, with the values of all lists a parent can be in.
struct Group<'a> {
    definitions: &'a [ConfigField],
    outer: Option<&'a Values>,
}

impl Group<'_> {
    fn parent_value<'v>(&'v self, field: &ConfigField, values: &'v Values) -> Option<&'v Value> {
        let parent = field.parent()?;
        values.get(parent).or_else(|| self.outer.and_then(|outer| outer.get(parent)))
    }

    fn render(&self, values: &Values, labels: &[Value]) -> Value {
        let rendered = self.definitions.iter().map(|field| {
            let mut body = field.render(values.get(field.id()), self.parent_value(field, values));
            if field.field_type() == "map" && !labels.is_empty() {
                body.insert("labels".into(), labels.into());
            }
            Value::Object(body)
        });
        rendered.collect()
    }

    /// Takes over what is acceptable, parents before children, and says why the rest is not.
    fn merge(&self, values: &mut Values, changes: &Values, errors: &mut Vec<Value>) {
        for field in self.definitions {
            let Some(value) = changes.get(field.id()) else { continue };
            match field.refuse(value, self.parent_value(field, values)) {
                Some(message) => errors.push(error(field.id(), field.name(), &message)),
                None if value.is_null() => drop(values.remove(field.id())),
                None => drop(values.insert(field.id().into(), value.clone())),
            }
        }
        for id in changes.keys().filter(|id| !self.definitions.iter().any(|field| field.id() == id.as_str())) {
            errors.push(error(id, id, "There is no such field."));
        }
        self.prune(values);
    }

    /// Drops choices that the new value of a parent no longer offers.
    fn prune(&self, values: &mut Values) {
        for field in self.definitions.iter().filter(|field| field.parent().is_some()) {
            let stale = values
                .get(field.id())
                .is_some_and(|value| field.refuse(value, self.parent_value(field, values)).is_some());
            if stale {
                values.remove(field.id());
            }
        }
    }

    fn missing(&self, values: &Values, errors: &mut Vec<Value>) {
        for field in self.definitions.iter().filter(|field| field.required()) {
            let reported = errors.iter().any(|error| error["id"] == field.id());
            if !reported && values.get(field.id()).is_none_or(crate::catalog::is_empty) {
                errors.push(error(field.id(), field.name(), "This field is required."));
            }
        }
    }
}

fn error(id: &str, name: &str, message: &str) -> Value {
    json!({"id": id, "name": name, "error": {"message": message}})
}

fn defaults(definitions: &[ConfigField]) -> Values {
    let with_default =
        definitions.iter().filter_map(|field| Some((field.id().to_owned(), field.default_value()?.clone())));
    with_default.collect()
}

impl ConfigState {
    pub(super) fn new(definition: &ConfigDefinition) -> Self {
        let workflows = definition.workflows.iter().map(|workflow| {
            let state = WorkflowState { enabled: workflow.enabled, fields: defaults(&workflow.fields) };
            (workflow.id.clone(), state)
        });
        Self { workflows: workflows.collect(), fields: defaults(&definition.fields), ..Self::default() }
    }

    pub(super) fn set_labels(&mut self, labels: &[Value]) {
        self.labels = labels.to_vec();
    }

    /// Merges a change as `PUT /api/v2/f-sdk/config` describes it; what was refused comes back as field errors.
    pub(super) fn merge(&mut self, definition: &ConfigDefinition, body: &Values) -> Vec<Value> {
        let mut errors = Vec::new();
        self.saved = true;
        if let Some(changes) = body.get("fields").and_then(Value::as_object) {
            let group = Group { definitions: &definition.fields, outer: None };
            group.merge(&mut self.fields, changes, &mut errors);
        }
        for change in body.get("workflows").and_then(Value::as_array).into_iter().flatten() {
            let id = change["id"].as_str().unwrap_or_default();
            let Some(workflow) = definition.workflows.iter().find(|workflow| workflow.id == id) else {
                errors.push(error(id, id, "There is no such workflow."));
                continue;
            };
            let state = self.workflows.entry(workflow.id.clone()).or_default();
            if let Some(enabled) = change["enabled"].as_bool() {
                state.enabled = enabled;
            }
            if let Some(changes) = change["fields"].as_object() {
                let group = Group { definitions: &workflow.fields, outer: Some(&self.fields) };
                group.merge(&mut state.fields, changes, &mut errors);
            }
        }
        for workflow in &definition.workflows {
            if let Some(state) = self.workflows.get_mut(&workflow.id) {
                Group { definitions: &workflow.fields, outer: Some(&self.fields) }.prune(&mut state.fields);
            }
        }
        errors
    }

    /// Sets or, with `None`, removes one value.
    pub(super) fn set(
        &mut self,
        definition: &ConfigDefinition,
        workflow_id: Option<&str>,
        id: &str,
        value: Option<&Value>,
    ) -> Result<(), String> {
        let change: Values = [(id.to_owned(), value.cloned().unwrap_or(Value::Null))].into_iter().collect();
        let (definitions, values, outer) = match workflow_id {
            None => (&definition.fields, &mut self.fields, None),
            Some(workflow_id) => {
                let workflow = definition.workflows.iter().find(|workflow| workflow.id == workflow_id);
                let fields = &workflow.ok_or("There is no such workflow.")?.fields;
                (fields, &mut self.workflows.entry(workflow_id.into()).or_default().fields, Some(&self.fields))
            }
        };
        let group = Group { definitions, outer };
        if value.is_none() {
            values.remove(id);
            group.prune(values);
            return Ok(());
        }
        let mut errors = Vec::new();
        group.merge(values, &change, &mut errors);
        match errors.first() {
            Some(error) => Err(error["error"]["message"].as_str().unwrap_or_default().into()),
            None => Ok(()),
        }
    }

    /// One field as browsers see it; `parent_value` overrules the stored value of its parent.
    pub(super) fn field(
        &self,
        definition: &ConfigDefinition,
        workflow_id: Option<&str>,
        id: &str,
        parent_value: Option<&Value>,
    ) -> Option<Value> {
        let empty = Values::new();
        let (definitions, values, outer) = match workflow_id {
            None => (&definition.fields, &self.fields, None),
            Some(workflow_id) => {
                let workflow = definition.workflows.iter().find(|workflow| workflow.id == workflow_id)?;
                let values = self.workflows.get(workflow_id).map_or(&empty, |state| &state.fields);
                (&workflow.fields, values, Some(&self.fields))
            }
        };
        let group = Group { definitions, outer };
        let field = definitions.iter().find(|field| field.id() == id)?;
        let parent = parent_value.or_else(|| group.parent_value(field, values));
        Some(Value::Object(field.render(values.get(id), parent)))
    }

    pub(super) fn enabled(&self, workflow_id: &str) -> bool {
        self.workflows.get(workflow_id).is_some_and(|state| state.enabled)
    }

    pub(super) fn enable(&mut self, workflow_id: &str, enabled: bool) {
        self.workflows.entry(workflow_id.into()).or_default().enabled = enabled;
    }

    pub(super) fn workflow_list(&self, definition: &ConfigDefinition) -> Value {
        let list = definition.workflows.iter().map(|workflow| {
            json!({"id": workflow.id, "name": workflow.name, "description": workflow.description,
                "enabled": self.enabled(&workflow.id)})
        });
        list.collect()
    }

    /// The whole configuration as browsers see it. `errors` are those of the change just made.
    pub(super) fn render(
        &self,
        definition: &ConfigDefinition,
        slug: &str,
        config_id: &str,
        mut errors: Vec<Value>,
    ) -> Value {
        let empty = WorkflowState::default();
        let top = Group { definitions: &definition.fields, outer: None };
        if self.saved {
            top.missing(&self.fields, &mut errors);
        }
        let mut workflows = Vec::new();
        for workflow in &definition.workflows {
            let state = self.workflows.get(&workflow.id).unwrap_or(&empty);
            let group = Group { definitions: &workflow.fields, outer: Some(&self.fields) };
            if self.saved && state.enabled {
                group.missing(&state.fields, &mut errors);
            }
            workflows.push(json!({"id": workflow.id, "name": workflow.name, "description": workflow.description,
                "enabled": state.enabled, "fields": group.render(&state.fields, &self.labels)}));
        }
        json!({"slug": slug, "config_id": config_id, "field_errors": errors,
            "fields": top.render(&self.fields, &self.labels), "workflows": workflows})
    }
}

#[cfg(test)]
mod tests;
