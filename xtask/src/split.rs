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
        let (own, late): (Vec<u32>, Vec<u32>) = self.own().partition(|function| early.contains(function));
        let called = |by: &[u32]| -> BTreeSet<u32> {
            by.iter().filter_map(|function| self.body(*function)).flat_map(|body| &body.calls).copied().collect()
        };
        let (called_early, called_late) = (called(&own), called(&late));

        // What the first half calls of the second, or exports, has a slot, new ones at the end.
        let mut slot_of: BTreeMap<u32, u32> = self.slots.iter().rev().map(|(slot, function)| (*function, *slot)).collect();
        let mut filled_late: BTreeMap<u32, u32> = self.slots.clone();
        filled_late.retain(|_, function| !early.contains(function));
        let mut size = self.size.0;
        for function in late.iter().filter(|function| called_early.contains(function) || self.exports(**function)) {
            slot_of.entry(*function).or_insert_with(|| {
                filled_late.insert(size, *function);
                size += 1;
                size - 1
            });
        }
        let most = self.size.1.map(|most| leb((most + size - self.size.0) as usize));
        let limits = [&[u8::from(most.is_some())][..], &leb(size as usize), &most.unwrap_or_default()].concat();
        let mut tables: Vec<Vec<u8>> = self.tables.iter().map(|table| table.to_vec()).collect();
        *tables.first_mut().ok_or_else(|| wrong("it has no table"))? = [&[FUNCTIONS][..], &limits].concat();

        let mut first = Half::new(self, &slot_of);
        let mut second = Half::new(self, &slot_of);
        for (function, (module, name)) in (0..).zip(&self.imports) {
            if early.contains(&function) {
                first.import(module, name, function);
            }
            if called_late.contains(&function) || filled_late.values().any(|held| *held == function) {
                second.import(module, name, function);
            }
        }
        first.add(&own)?;

        let mut exports = Vec::new();
        for export in &self.exports {
            let index = match export.kind {
                ExternalKind::Func => match first.functions.get(&export.index) {
                    Some(index) => *index,
                    None => first.thunk(export.index),
                },
                _ => export.index,
            };
            exports.push([text(export.name), vec![kind(export.kind)?], leb(index as usize)].concat());
        }
        // What the second half imports: by the name it is exported with anyway, or a new one.
        let mut new_names = (0..).map(short).filter(|name| self.exports.iter().all(|export| export.name != name));
        let mut shared = |kind: ExternalKind, index: u32, here: u32| -> Result<Vec<u8>> {
            let same = |export: &&Export| export.kind == kind && export.index == index;
            let name = match self.exports.iter().find(same) {
                Some(export) => export.name.to_owned(),
                None => {
                    let name = new_names.next().unwrap_or_default();
                    exports.push([text(&name), vec![self::kind(kind)?], leb(here as usize)].concat());
                    name
                }
            };
            Ok([text(FIRST), text(&name), vec![self::kind(kind)?]].concat())
        };
        for function in called_late.iter().filter(|function| own.binary_search(function).is_ok()) {
            let import = shared(ExternalKind::Func, *function, first.functions[function])?;
            let ty = second.ty(self.functions[*function as usize]);
            second.imports.push([import, ty].concat());
            second.functions.insert(*function, second.functions.len() as u32);
        }
        for (kind, list) in [
            (ExternalKind::Table, tables.iter().map(Vec::as_slice).collect()),
            (ExternalKind::Memory, self.memories.clone()),
            (ExternalKind::Global, self.globals.clone()),
        ] {
            for (index, ty) in (0..).zip(list) {
                second.imports.push([&shared(kind, index, index)?, ty].concat());
            }
        }
        second.add(&late)?;

        let mut filled_early = BTreeMap::new();
        for (slot, function) in &self.slots {
            let index = match first.functions.get(function) {
                Some(index) => *index,
                None => first.trap(),
            };
            filled_early.insert(*slot, index);
        }
        let filled_late = filled_late.iter().map(|(slot, function)| (*slot, second.functions[function])).collect();

        let taken = |id: u8| match self.sections.get(&id) {
            Some(content) => section(id, content),
            None => Vec::new(),
        };
        let start = match self.start {
            Some(function) => section(8, &leb(first.functions[&function] as usize)),
            None => Vec::new(),
        };
        let between = [list(4, &tables), taken(5), taken(6), list(7, &exports), start].concat();
        let elements = [list(9, &runs(&filled_early)), taken(12)].concat();
        Ok(Halves {
            first: [first.file(&between, &elements), taken(11)].concat(),
            second: second.file(&[], &list(9, &runs(&filled_late))),
        })
    }

    fn exports(&self, function: u32) -> bool {
        self.exports.iter().any(|export| export.kind == ExternalKind::Func && export.index == function)
    }
}

impl<'a> Body<'a> {
    fn read(code: FunctionBody<'a>) -> Result<Self> {
        let mut body = Body { code, calls: Vec::new(), constants: Vec::new(), offsets: Vec::new() };
        for operator in body.code.get_operators_reader().map_err(broken)? {
            match operator.map_err(broken)? {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    body.calls.push(function_index);
                }
                Operator::I32Const { value } => body.constants.push(value as u32),
                Operator::I32Load { memarg }
                | Operator::I64Load { memarg }
                | Operator::F32Load { memarg }
                | Operator::F64Load { memarg }
                | Operator::I32Load8S { memarg }
                | Operator::I32Load8U { memarg }
                | Operator::I32Load16S { memarg }
                | Operator::I32Load16U { memarg }
                | Operator::I64Load8S { memarg }
                | Operator::I64Load8U { memarg }
                | Operator::I64Load16S { memarg }
                | Operator::I64Load16U { memarg }
                | Operator::I64Load32S { memarg }
                | Operator::I64Load32U { memarg }
                | Operator::I32Store { memarg }
                | Operator::I64Store { memarg }
                | Operator::F32Store { memarg }
                | Operator::F64Store { memarg }
                | Operator::I32Store8 { memarg }
                | Operator::I32Store16 { memarg }
                | Operator::I64Store8 { memarg }
                | Operator::I64Store16 { memarg }
                | Operator::I64Store32 { memarg } => body.offsets.push(memarg.offset as u32),
                // The compiler writes none of them as long as all tables and data are there from the beginning.
                other @ (Operator::RefFunc { .. }
                | Operator::TableInit { .. }
                | Operator::ElemDrop { .. }
                | Operator::MemoryInit { .. }
                | Operator::DataDrop { .. }) => return Err(wrong(&format!("a function has what cannot be split: {other:?}"))),
                _ => {}
            }
        }
        Ok(body)
    }
}

/// What stands in memory from the beginning, in objects: each begins where something refers to, and ends at the next.
struct Data<'m> {
    segments: &'m BTreeMap<u32, &'m [u8]>,
    /// From the lowest address to the highest. What is zero in between may be in no segment, but begin an object.
    range: Range<u32>,
    starts: BTreeSet<u32>,
}

impl<'m> Data<'m> {
    fn new(module: &'m Module) -> Self {
        let segments = &module.data;
        let ends = segments.iter().map(|(base, bytes)| base + bytes.len() as u32);
        let range = segments.keys().next().copied().unwrap_or_default()..ends.max().unwrap_or_default();
        let mut data = Self { segments, range, starts: BTreeSet::new() };
        let in_code = module.bodies.iter().flat_map(|body| body.constants.iter().chain(&body.offsets)).copied();
        let in_data = data.range.clone().next_multiple_of_4().filter_map(|at| data.word(at));
        data.starts = in_code.chain(in_data).filter(|address| data.range.contains(address)).collect();
        data
    }

    fn word(&self, at: u32) -> Option<u32> {
        let (base, bytes) = self.segments.range(..=at).next_back()?;
        let word = bytes.get((at - base) as usize..)?.first_chunk()?;
        Some(u32::from_le_bytes(*word))
    }

    /// What the object at `start` holds, without zeros that are in no segment.
    fn words(&self, start: u32) -> impl Iterator<Item = u32> {
        let end = self.starts.range(start + 1..).next().copied().unwrap_or(self.range.end).min(start + LONGEST);
        (start.next_multiple_of(4)..end).step_by(4).filter_map(|at| self.word(at))
    }
}

/// One of the two while it is written.
struct Half<'m, 'a> {
    module: &'m Module<'a>,
    slot_of: &'m BTreeMap<u32, u32>,
    /// Its numbers of functions, by those in the whole.
    functions: BTreeMap<u32, u32>,
    /// Those it needs, in the order in which it does.
    types: Vec<&'a [u8]>,
    imports: Vec<Vec<u8>>,
    /// Of each function that is not imported, its type and its code.
    declared: Vec<Vec<u8>>,
    code: Vec<Vec<u8>>,
}
