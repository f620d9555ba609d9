//! Which field is on which page, in which section.

use crate::gather::Gather;
use crate::platform::model::config::{Config, ConfigField};
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
    /// A workflow without fields takes the room of one.
    fn size(&self) -> usize {
        self.sections.iter().map(|section| section.fields.len().max(1)).sum()
    }

    pub fn fields<'a>(&self, config: &'a Config) -> IntoIter<&'a ConfigField> {
        let mut all = Vec::new();
        for section in &self.sections {
            let workflow = section.workflow.and_then(|at| config.workflows.get(at));
            let list = workflow.map_or(&config.fields, |workflow| &workflow.fields);
            section.fields.iter().filter_map(|at| list.get(*at)).for_each(|field| all.push(field));
        }
        all.into_iter()
    }
}

/// All pages: those that fields name, in the order in which they first do, then the workflows. With one page of fields
/// or none, everything is on one.
pub(super) fn of(config: &Config) -> Vec<Page> {
    let mut pages = Vec::new();
    for (place, field) in visible(&config.fields) {
        let title = field.page.clone().map_or(Title::General, Title::Named);
        add(&mut pages, &title, None, Some(place));
    }
    let title = match pages.first() {
        Some(first) if pages.iter().all(|page| page.title == first.title) => first.title.clone(),
        _ => Title::Workflows,
    };
    for (at, workflow) in config.workflows.iter().enumerate() {
        let fields = visible(&workflow.fields);
        if fields.is_empty() {
            add(&mut pages, &title, Some(at), None);
        }
        for (place, _) in fields {
            add(&mut pages, &title, Some(at), Some(place));
        }
    }
    pages
}

fn visible(fields: &[ConfigField]) -> Vec<(usize, &ConfigField)> {
    fields.iter().enumerate().filter(|(_, field)| !field.hidden).gather()
}

/// Puts a field, or a workflow without any, at the end of the pages of a title: on one more where the last is full.
fn add(pages: &mut Vec<Page>, title: &Title, workflow: Option<usize>, field: Option<usize>) {
    let at = match pages.iter().rposition(|page| page.title == *title) {
        Some(last) if pages[last].size() < MAX_FIELDS => last,
        last => {
            let (at, part) = match last {
                Some(last) => (last + 1, pages[last].part.max(1) + 1),
                None => (pages.len(), 0),
            };
            if let Some(last) = last {
                pages[last].part = part - 1;
            }
            pages.insert(at, Page { title: title.clone(), part, sections: Vec::new() });
            at
        }
    };
    let sections = &mut pages[at].sections;
    match (sections.last_mut(), field) {
        (Some(section), Some(field)) if section.workflow == workflow => section.fields.push(field),
        _ => sections.push(Section { workflow, fields: field.into_iter().gather() }),
    }
}
