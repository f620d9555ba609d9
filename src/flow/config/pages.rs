//! Which field is on which page, in which section.

use crate::gather::Gather;
use crate::platform::model::config::{Config, ConfigField, FieldKey};
use std::vec::IntoIter;

/// More fields than this make further pages: a page must stay usable.
const MAX_FIELDS: usize = 100;

/// One step of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub title: Title,
    /// Counts from 1 the pages that a long one was divided into; 0 if it is whole.
    pub part: usize,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Title {
    /// Fields that name no page.
    General,
    Named(String),
    Workflows,
}

/// Fields of the app, or a workflow with its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The place of the workflow.
    pub workflow: Option<usize>,
    /// The places of fields in their list.
    pub fields: Vec<usize>,
}

impl Page {
    /// Its fields with what addresses them.
    pub fn fields<'a>(&self, config: &'a Config) -> IntoIter<(FieldKey, &'a ConfigField)> {
        let mut all = Vec::new();
        for section in &self.sections {
            let workflow = section.workflow.and_then(|at| config.workflows.get(at));
            let list = workflow.map_or(&config.fields, |workflow| &workflow.fields);
            for field in section.fields.iter().filter_map(|at| list.get(*at)) {
                let workflow = workflow.map(|workflow| workflow.id.clone());
                all.push((FieldKey { workflow, id: field.id.clone() }, field));
            }
        }
        all.into_iter()
    }
}

/// All pages: those that fields name, in the order in which they first do, then the workflows. With one page of fields
/// or none, everything is on one.
pub(super) fn of(config: &Config) -> Vec<Page> {
    let mut named: Vec<(Title, Vec<usize>)> = Vec::new();
    for (at, field) in config.fields.iter().enumerate().filter(|(_, field)| !field.hidden) {
        let title = field.page.clone().map_or(Title::General, Title::Named);
        match named.iter_mut().find(|(known, _)| *known == title) {
            Some((_, fields)) => fields.push(at),
            None => named.push((title, vec![at])),
        }
    }
    let workflows = config.workflows.iter().enumerate().map(|(at, workflow)| {
        let visible = workflow.fields.iter().enumerate().filter(|(_, field)| !field.hidden).map(|(at, _)| at);
        Section { workflow: Some(at), fields: visible.gather() }
    });
    let workflows = workflows.gather();
    let single = named.len() <= 1;
    let mut pages = named.into_iter().map(|(title, fields)| (title, vec![Section { workflow: None, fields }])).gather();
    match pages.first_mut() {
        _ if workflows.is_empty() => {}
        Some((_, sections)) if single => sections.extend(workflows),
        _ => pages.push((Title::Workflows, workflows)),
    }
    let mut divided = Vec::new();
    for (title, sections) in pages {
        divide(title, sections, &mut divided);
    }
    divided
}

fn divide(title: Title, sections: Vec<Section>, into: &mut Vec<Page>) {
    let mut pages: Vec<Vec<Section>> = vec![Vec::new()];
    let mut room = MAX_FIELDS;
    for Section { workflow, fields } in sections {
        // A workflow without fields takes the room of one.
        let mut rest = fields.as_slice();
        loop {
            if room == 0 {
                pages.push(Vec::new());
                room = MAX_FIELDS;
            }
            let (now, later) = rest.split_at(rest.len().min(room));
            if let Some(page) = pages.last_mut() {
                page.push(Section { workflow, fields: now.to_vec() });
            }
            room -= now.len().max(1);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
    }
    let whole = pages.len() == 1;
    for (at, sections) in pages.into_iter().enumerate() {
        into.push(Page { title: title.clone(), part: if whole { 0 } else { at + 1 }, sections });
    }
}
