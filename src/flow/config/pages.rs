//! Which field is on which page, in which section.

use crate::gather::Gather;
use crate::platform::model::config::{Config, ConfigField};
use std::rc::Rc;
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
    pub fields: Vec<Rc<ConfigField>>,
}

impl Page {
    /// A workflow without fields takes the room of one.
    fn size(&self) -> usize {
        self.sections.iter().map(|section| section.fields.len().max(1)).sum()
    }

    pub fn fields(&self) -> IntoIter<&Rc<ConfigField>> {
        let mut all = Vec::new();
        self.sections.iter().for_each(|section| section.fields.iter().for_each(|field| all.push(field)));
        all.into_iter()
    }
}

/// All pages: those that fields name, in the order in which they first do, then the workflows. With one page of fields
/// or none, everything is on one.
pub(super) fn of(config: &Config) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut fields = config.fields.iter().filter(|field| !field.hidden);
    let mut next = fields.next();
    // Fields stand in the order of their workflows, the app's own first.
    while let Some(field) = next.filter(|field| field.key.workflow.is_none()) {
        let title = field.page.clone().map_or(Title::General, Title::Named);
        add(&mut pages, &title, None, Some(field));
        next = fields.next();
    }
    let title = match pages.first() {
        Some(first) if pages.iter().all(|page| page.title == first.title) => first.title.clone(),
        _ => Title::Workflows,
    };
    for (at, workflow) in config.workflows.iter().enumerate() {
        let of = |field: &&Rc<ConfigField>| field.key.workflow.as_ref() == Some(&workflow.id);
        if next.filter(of).is_none() {
            add(&mut pages, &title, Some(at), None);
        }
        while let Some(field) = next.filter(of) {
            add(&mut pages, &title, Some(at), Some(field));
            next = fields.next();
        }
    }
    pages
}

/// Puts a field, or a workflow without any, at the end of the pages of a title: on one more where the last is full.
fn add(pages: &mut Vec<Page>, title: &Title, workflow: Option<usize>, field: Option<&Rc<ConfigField>>) {
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
        (Some(section), Some(field)) if section.workflow == workflow => section.fields.push(field.clone()),
        _ => sections.push(Section { workflow, fields: field.into_iter().cloned().gather() }),
    }
}
