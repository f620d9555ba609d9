//! Splits a module that still has its names in two: what a page needs first, and what only comes later.
//!
//! Both halves work in the memory and the tables of the first. What the first calls of the second it calls through a slot
//! of the table, which the second fills when it is instantiated; a call that comes before that traps.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::{Range, RangeInclusive},
};

use wasmparser::{
    BinaryReaderError, BlockType, ConstExpr, DataKind, ElementItems, ElementKind, Encoding, Export, ExternalKind,
    FromReader, FunctionBody, KnownCustom, Name, Operator, OperatorsReader, Parser, Payload, SectionLimited, TableInit,
    TypeRef,
};

use crate::{
    error::{Error, Result},
    wasm::leb,
};

/// Functions with this in their name are where the second module begins: they and what only they need make it up.
pub(crate) const CUT: &str = "_in_second";
/// What the second module imports the first's exports from.
const FIRST: &str = "b";
/// What is longer than this in data is no table of functions, such as those of `dyn`.
const LONGEST: u32 = 256;
/// A function without parameters or results, and one that traps: no local variable, `unreachable`, `end`.
const PLAIN: &[u8] = &[0x60, 0, 0];
const TRAP: &[u8] = &[0, 0x00, 0x0b];

pub(crate) struct Halves {
    pub(crate) first: Vec<u8>,
    pub(crate) second: Vec<u8>,
}

/// The module in two, the second with all that the first reaches only through functions that `cut` says are cut.
pub(crate) fn split(wasm: &[u8], cut: &dyn Fn(&str) -> bool) -> Result<Halves> {
    let module = Module::read(wasm)?;
    if module.names.is_empty() {
        return Err(wrong("it has no names"));
    }
    let is_cut = |(function, name): (&u32, &String)| (module.own().contains(function) && cut(name)).then_some(*function);
    let cut: BTreeSet<u32> = module.names.iter().filter_map(is_cut).collect();
    if cut.is_empty() {
        return Err(wrong("none of its functions is where the second module begins"));
    }
    module.halves(&module.reached(&cut))
}

/// What a module consists of. Functions have the numbers that they have in the file, imported ones first.
#[derive(Default)]
struct Module<'a> {
    wasm: &'a [u8],
    /// As they stand in the file, with the number of parameters.
    types: Vec<(&'a [u8], usize)>,
    imports: Vec<(&'a str, &'a str)>,
    /// The type of each.
    functions: Vec<u32>,
    names: HashMap<u32, String>,
    bodies: Vec<Body<'a>>,
    /// Each as it stands in the file.
    tables: Vec<&'a [u8]>,
    memories: Vec<&'a [u8]>,
    /// Without what they begin as.
    globals: Vec<&'a [u8]>,
    exports: Vec<Export<'a>>,
    start: Option<u32>,
    /// How many slots the first table has, at least and at most, and what is in them.
    size: (u32, Option<u32>),
    slots: BTreeMap<u32, u32>,
    /// By address.
    data: BTreeMap<u32, &'a [u8]>,
    /// Whole sections that the first half takes over.
    sections: BTreeMap<u8, &'a [u8]>,
}

struct Body<'a> {
    code: FunctionBody<'a>,
    calls: Vec<u32>,
    /// Numbers that may be addresses or slots, and those that are added to an address.
    constants: Vec<u32>,
    offsets: Vec<u32>,
}

impl<'a> Module<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut module = Self { wasm, ..Self::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(broken)?;
            if let Some((id, content)) = payload.as_section() {
                module.sections.insert(id, &wasm[usize_of(content)]);
            }
            module.take(payload)?;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result {
        match payload {
            Payload::Version { encoding: Encoding::Module, .. }
            | Payload::DataCountSection { .. }
            | Payload::CodeSectionStart { .. }
            | Payload::End(_) => {}
            Payload::TypeSection(section) => {
                for (ty, (_, raw)) in
                    section.clone().into_iter_err_on_gc_types().zip(items(self.wasm, section)?)
                {
                    self.types.push((raw, ty.map_err(broken)?.params().len()));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(broken)?;
                    let TypeRef::Func(ty) = import.ty else { return Err(wrong("it imports more than functions")) };
                    self.imports.push((import.module, import.name));
                    self.functions.push(ty);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty.map_err(broken)?);
                }
            }
            Payload::TableSection(section) => {
                for (at, (table, raw)) in items(self.wasm, section)?.into_iter().enumerate() {
                    if table.ty.table64 || table.ty.shared || !matches!(table.init, TableInit::RefNull) {
                        return Err(wrong("a table is of a kind that cannot be split"));
                    }
                    if at == 0 {
                        self.size = (table.ty.initial as u32, table.ty.maximum.map(|most| most as u32));
                    }
                    self.tables.push(raw);
                }
            }
            Payload::MemorySection(section) => {
                self.memories = items(self.wasm, section)?.into_iter().map(|(_, raw)| raw).collect();
            }
            Payload::GlobalSection(section) => {
                for (global, raw) in items(self.wasm, section)? {
                    let begins = usize_of(global.init_expr.get_binary_reader().range());
                    self.globals.push(&raw[..raw.len() - begins.len()]);
                    constant(&global.init_expr)?;
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    self.exports.push(export.map_err(broken)?);
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element.map_err(broken)?;
                    let (
                        ElementKind::Active { table_index: None | Some(0), offset_expr },
                        ElementItems::Functions(list),
                    ) = (element.kind, element.items)
                    else {
                        return Err(wrong("slots of its table are filled in a way that cannot be split"));
                    };
                    for (slot, function) in (constant(&offset_expr)?..).zip(list) {
                        self.slots.insert(slot, function.map_err(broken)?);
                    }
                }
            }
            Payload::CodeSectionEntry(code) => self.bodies.push(Body::read(code)?),
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment.map_err(broken)?;
                    let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else {
                        return Err(wrong("it has data that is not there from the beginning"));
                    };
                    self.data.insert(constant(&offset_expr)?, segment.data);
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(parts) = section.as_known() else { return Ok(()) };
                for part in parts {
                    let Name::Function(list) = part.map_err(broken)? else { continue };
                    for naming in list {
                        let naming = naming.map_err(broken)?;
                        self.names.insert(naming.index, plain(naming.name));
                    }
                }
            }
            other => return Err(wrong(&format!("it has what cannot be split: {other:?}"))),
        }
        Ok(())
    }

    /// The functions that are not imported.
    fn own(&self) -> Range<u32> {
        self.imports.len() as u32..self.functions.len() as u32
    }

    fn body(&self, function: u32) -> Option<&Body<'a>> {
        self.bodies.get((function as usize).checked_sub(self.imports.len())?)
    }

    /// The functions that may be called before one of `cut` is.
    fn reached(&self, cut: &BTreeSet<u32>) -> BTreeSet<u32> {
        let data = Data::new(self);
        let in_data: BTreeSet<u32> = data.starts.iter().flat_map(|start| data.words(*start)).collect();
        let exported = self.exports.iter().filter(|export| is_function(export)).map(|export| export.index);
        // Nothing says who uses them.
        let loose = self.slots.iter().filter(|(slot, _)| !in_data.contains(slot)).map(|(_, function)| *function);
        let mut reached = BTreeSet::new();
        let mut objects = BTreeSet::new();
        let mut functions: Vec<u32> = self.start.into_iter().chain(exported).chain(loose).collect();
        while let Some(function) = functions.pop() {
            if cut.contains(&function) || !reached.insert(function) {
                continue;
            }
            let Some(body) = self.body(function) else { continue };
            functions.extend(&body.calls);
            functions.extend(body.constants.iter().filter_map(|slot| self.slots.get(slot)));
            let mut new: Vec<u32> = body.constants.iter().chain(&body.offsets).copied().collect();
            while let Some(object) = new.pop() {
                if data.range.contains(&object) && objects.insert(object) {
                    functions.extend(data.words(object).filter_map(|slot| self.slots.get(&slot)));
                    new.extend(data.words(object));
                }
            }
        }
        reached
    }

    /// The module with what is `early` in its first half.
    fn halves(&self, early: &BTreeSet<u32>) -> Result<Halves> {
        let own = |function: &u32| self.own().contains(function);
        let calls = |function: &u32| self.body(*function).into_iter().flat_map(|body| body.calls.iter().copied());
        let late: BTreeSet<u32> = self.own().filter(|function| !early.contains(function)).collect();
        let exported: BTreeSet<u32> =
            self.exports.iter().filter(|export| is_function(export)).map(|export| export.index).collect();

        // What the first half calls of the second has a slot.
        let mut slot_of: BTreeMap<u32, u32> = self.slots.iter().rev().map(|(slot, function)| (*function, *slot)).collect();
        let wanted: BTreeSet<u32> = early.iter().flat_map(calls).chain(exported.iter().copied()).collect();
        let mut filled = self.slots.clone();
        filled.retain(|_, function| !early.contains(function));
        let mut added = 0;
        for function in wanted.intersection(&late).filter(|function| !self.slots.values().any(|held| held == *function)) {
            let slot = self.size.0 + added;
            slot_of.insert(*function, slot);
            filled.insert(slot, *function);
            added += 1;
        }
        let most = self.size.1.map(|most| leb((most + added) as usize));
        let limits = [&[u8::from(most.is_some())][..], &leb((self.size.0 + added) as usize), &most.unwrap_or_default()];
        let mut tables: Vec<Vec<u8>> = self.tables.iter().map(|table| table.to_vec()).collect();
        if let Some(table) = tables.first_mut() {
            *table = [&[0x70][..], &limits.concat()].concat();
        } else {
            return Err(wrong("it has no table"));
        }

        let mut first = Half::new(self, &slot_of);
        let mut thunks = Vec::new();
        for function in early {
            first.add(*function);
        }
        let mut declared: Vec<u8> = Vec::new();
        let mut code = Vec::new();
        for function in early.iter().filter(|function| own(function)) {
            declared.extend(first.ty(self.functions[*function as usize])?);
            code.push(first.body(*function)?);
        }
        for function in exported.intersection(&late) {
            thunks.push(*function);
        }
        let _ = (declared, code, thunks);
        todo!()
    }
}
