//! Splits a module that still has its names in two: what a page needs first, and what only comes later.
//!
//! Both halves work in the memory and the tables of the first. What the first calls of the second it calls through a
//! slot of the table, which the second fills when it is instantiated; a call that comes before that traps. Which slots
//! and which data the first needs was found out before the optimiser came: [`layout`].

pub(crate) mod layout;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

use wasmparser::{
    BinaryReaderError, BlockType, ConstExpr, DataKind, ElementItems, ElementKind, Encoding, Export, ExternalKind,
    FromReader, FunctionBody, KnownCustom, MemoryType, Name, Operator, Parser, Payload, SectionLimited, TableInit,
    TypeRef,
};

use crate::{
    error::{Error, Result},
    split::layout::Early,
    wasm::{leb, plain, text, usize_of},
};

/// What the second module imports the first's exports from.
const FIRST: &str = "b";
/// A function without parameters or results, and one that traps: no local variable, `unreachable`, `end`.
const PLAIN: &[u8] = &[0x60, 0, 0];
const TRAP: &[u8] = &[0, 0x00, 0x0b];
/// What a memory is counted in.
const PAGE: u32 = 1 << 16;
/// The type of what a table of functions holds.
const FUNCTIONS: u8 = 0x70;

pub(crate) struct Halves {
    pub(crate) first: Vec<u8>,
    pub(crate) second: Vec<u8>,
}

/// The module in two, the second with all that the first reaches only through functions that `cut` says are cut.
pub(crate) fn split(wasm: &[u8], cut: &dyn Fn(&str) -> bool, early: &Early) -> Result<Halves> {
    let module = Module::read(wasm)?;
    let functions = module.reached(&early.slots, &module.cut(cut)?);
    module.names_none_of(&early.late, &functions)?;
    module.halves(&functions, early.late.start)
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
    memories: Vec<(&'a [u8], MemoryType)>,
    /// Without what they begin as.
    globals: Vec<&'a [u8]>,
    exports: Vec<Export<'a>>,
    start: Option<u32>,
    /// How many slots the first table has, at least and at most, and what is in them.
    size: (u32, Option<u32>),
    slots: BTreeMap<u32, u32>,
    /// By address.
    data: BTreeMap<u32, &'a [u8]>,
    /// All sections as they stand in the file.
    sections: Vec<(u8, &'a [u8])>,
}

struct Body<'a> {
    code: FunctionBody<'a>,
    calls: Vec<u32>,
    numbers: Vec<Number>,
}

/// A number that may be an address or a slot, or one that is added to an address.
struct Number {
    value: u32,
    is_offset: bool,
    /// Where in the file it stands.
    place: Range<usize>,
    /// The function that it is an argument of, where it is pushed right before the call.
    given_to: Option<u32>,
}

impl<'a> Module<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut module = Self { wasm, ..Self::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(broken)?;
            if let Some((id, content)) = payload.as_section() {
                module.sections.push((id, &wasm[usize_of(content)]));
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
                for (ty, (_, raw)) in section.clone().into_iter_err_on_gc_types().zip(items(self.wasm, section)?) {
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
                    if !matches!(table.init, TableInit::RefNull) {
                        return Err(wrong("a table begins with something in it"));
                    }
                    if at == 0 {
                        if table.ty.table64 || table.ty.shared || raw.first() != Some(&FUNCTIONS) {
                            return Err(wrong("its first table is not one of functions"));
                        }
                        self.size = (table.ty.initial as u32, table.ty.maximum.map(|most| most as u32));
                    }
                    self.tables.push(raw);
                }
            }
            Payload::MemorySection(section) => {
                self.memories = items(self.wasm, section)?.into_iter().map(|(memory, raw)| (raw, memory)).collect();
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
            Payload::CodeSectionEntry(code) => self.bodies.push(Body::read(self, code)?),
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

    fn parameters(&self, function: u32) -> usize {
        let ty = self.functions.get(function as usize).and_then(|ty| self.types.get(*ty as usize));
        ty.map(|(_, parameters)| *parameters).unwrap_or_default()
    }

    fn exported(&self) -> impl Iterator<Item = u32> {
        self.exports.iter().filter(|export| export.kind == ExternalKind::Func).map(|export| export.index)
    }

    fn called(&self, by: &[u32]) -> BTreeSet<u32> {
        by.iter().filter_map(|function| self.body(*function)).flat_map(|body| &body.calls).copied().collect()
    }

    fn body(&self, function: u32) -> Option<&Body<'a>> {
        self.bodies.get((function as usize).checked_sub(self.imports.len())?)
    }

    /// The functions of which `cut` says so; it is an error if it says it of none.
    fn cut(&self, cut: &dyn Fn(&str) -> bool) -> Result<BTreeSet<u32>> {
        if self.names.is_empty() {
            return Err(wrong("it has no names"));
        }
        let is_cut = |function: &u32| self.names.get(function).is_some_and(|name| cut(name));
        // The function that runs by itself is needed first, whatever its name.
        let cut: BTreeSet<u32> = self.own().filter(|function| self.start != Some(*function)).filter(is_cut).collect();
        if cut.is_empty() { Err(wrong("none of its functions is where the second module begins")) } else { Ok(cut) }
    }

    /// Whether a number is given to a function that traps at once, and looks at none.
    fn is_idle(&self, number: &Number) -> bool {
        let body = number.given_to.and_then(|function| self.body(function));
        body.is_some_and(|body| body.code.as_bytes() == TRAP)
    }

    /// The functions that may be called before one of `cut` is, if only these slots are in use by then.
    fn reached(&self, slots: &BTreeSet<u32>, cut: &BTreeSet<u32>) -> BTreeSet<u32> {
        let in_slots = slots.iter().filter_map(|slot| self.slots.get(slot)).copied();
        let mut functions: Vec<u32> = self.start.into_iter().chain(self.exported()).chain(in_slots).collect();
        let mut reached = BTreeSet::new();
        while let Some(function) = functions.pop() {
            if !cut.contains(&function) && reached.insert(function) {
                functions.extend(self.body(function).map(|body| &body.calls).into_iter().flatten());
            }
        }
        reached
    }

    /// An error if one of these functions names an address in this range.
    fn names_none_of(&self, late: &Range<u32>, functions: &BTreeSet<u32>) -> Result {
        for function in functions {
            let numbers = self.body(*function).map(|body| &body.numbers).into_iter().flatten();
            if let Some(Number { value, .. }) = numbers.into_iter().find(|number| late.contains(&number.value)) {
                let name = self.names.get(function).map(String::as_str).unwrap_or_default();
                return Err(wrong(&format!("{name} is of the first half and has {value}, an address in the second")));
            }
        }
        Ok(())
    }

    /// Segments for the data before this address, and for those from there on.
    fn segments(&self, late: u32) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let (first, second): (Vec<_>, Vec<_>) = self.data.iter().partition(|(base, _)| **base < late);
        let segments = |half: Vec<(&u32, &&[u8])>| half.into_iter().map(|(base, bytes)| active(*base, bytes)).collect();
        (segments(first), segments(second))
    }

    /// Its memory, with room up to this address at least.
    fn memory_up_to(&self, end: u32) -> Vec<u8> {
        let Some((_, memory)) = self.memories.first() else { return Vec::new() };
        let least = memory.initial.max(u64::from(end.div_ceil(PAGE)));
        let most = memory.maximum.map(|most| leb(most.max(least) as usize));
        [&[u8::from(most.is_some())][..], &leb(least as usize), &most.unwrap_or_default()].concat()
    }

    /// The slots that are in use after both halves are there.
    fn slots(&self, early: &[u32], late: &[u32]) -> Slots {
        let of = self.slots.iter().rev().map(|(slot, function)| (*function, *slot)).collect();
        let mut slots = Slots { of, held: self.slots.clone(), size: self.size.0 };
        let wanted: BTreeSet<u32> = self.called(early).into_iter().chain(self.exported()).collect();
        for function in late.iter().filter(|function| wanted.contains(function)) {
            slots.of.entry(*function).or_insert_with(|| {
                slots.held.insert(slots.size, *function);
                slots.size += 1;
                slots.size - 1
            });
        }
        slots
    }

    /// The module with the functions that are `early` in its first half, and the data before this address.
    fn halves(&self, early: &BTreeSet<u32>, late_data: u32) -> Result<Halves> {
        let (own, late): (Vec<u32>, Vec<u32>) = self.own().partition(|function| early.contains(function));
        let called_late = self.called(&late);
        let slots = self.slots(&own, &late);
        let late_slots = || slots.held.iter().filter(|(_, function)| !early.contains(function));

        let mut tables: Vec<Vec<u8>> = self.tables.iter().map(|table| table.to_vec()).collect();
        let most = self.size.1.map(|most| leb((most + slots.size - self.size.0) as usize));
        let functions =
            [&[FUNCTIONS, u8::from(most.is_some())][..], &leb(slots.size as usize), &most.unwrap_or_default()];
        *tables.first_mut().ok_or_else(|| wrong("it has no table"))? = functions.concat();

        let mut first = Half::new(self, &slots.of);
        let mut second = Half::new(self, &slots.of);
        for (function, (module, name)) in (0..).zip(&self.imports) {
            let begin = [text(module), text(name), vec![0]].concat();
            if early.contains(&function) {
                first.import(&begin, function);
            }
            if called_late.contains(&function) || late_slots().any(|(_, held)| *held == function) {
                second.import(&begin, function);
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
        // What the second half imports: by the name it is exported with anyway, or by a number, as none of wasm-bindgen's
        // or wasm-opt's names is.
        let numbers = (0..).map(|number: u32| number.to_string());
        let mut new_names = numbers.filter(|name| self.exports.iter().all(|export| export.name != name));
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
            second.import(&shared(ExternalKind::Func, *function, first.functions[function])?, *function);
        }
        for (kind, list) in [
            (ExternalKind::Table, tables.iter().map(Vec::as_slice).collect()),
            (ExternalKind::Memory, self.memories.iter().map(|(raw, _)| *raw).collect()),
            (ExternalKind::Global, self.globals.clone()),
        ] {
            for (index, ty) in (0..).zip(list) {
                second.imports.push([&shared(kind, index, index)?, ty].concat());
            }
        }
        second.add(&late)?;

        // Until the second half is there, a slot for one of its functions traps.
        let mut filled = BTreeMap::new();
        for (slot, function) in &self.slots {
            let here = first.functions.get(function).copied();
            filled.insert(*slot, here.unwrap_or_else(|| first.trap()));
        }
        let filled_late = late_slots().map(|(slot, function)| (*slot, second.functions[function])).collect();

        let found = |id: u8| self.sections.iter().find(|(section, _)| *section == id);
        let taken = |id| found(id).map(|(id, content)| section(*id, content)).unwrap_or_default();
        let start = self.start.map(|start| section(8, &leb(first.functions[&start] as usize))).unwrap_or_default();
        let (tables, exports, elements) = (list(4, &tables), list(7, &exports), list(9, &runs(&filled)));
        let (data, late_data) = self.segments(late_data);
        let count = found(12).map(|_| section(12, &leb(data.len()))).unwrap_or_default();
        let middle = [tables, taken(5), taken(6), exports, start, elements, count].concat();
        Ok(Halves {
            first: [first.file(&middle), list(11, &data)].concat(),
            second: [second.file(&list(9, &runs(&filled_late))), list(11, &late_data)].concat(),
        })
    }
}

/// The slots of the first table.
struct Slots {
    /// One for each function that has any.
    of: BTreeMap<u32, u32>,
    /// What is in each.
    held: BTreeMap<u32, u32>,
    size: u32,
}

impl<'a> Body<'a> {
    fn read(module: &Module, code: FunctionBody<'a>) -> Result<Self> {
        let (mut calls, mut numbers) = (Vec::new(), Vec::<Number>::new());
        // What was pushed since anything else happened: which of the numbers, if it is any.
        let mut pushed: Vec<Option<usize>> = Vec::new();
        let mut operators = code.get_operators_reader().map_err(broken)?;
        while !operators.eof() {
            let (operator, at) = operators.read_with_offset().map_err(broken)?;
            let place = at as usize + 1..operators.original_position() as usize;
            match operator {
                Operator::I32Const { value } => {
                    pushed.push(Some(numbers.len()));
                    numbers.push(Number { value: value as u32, is_offset: false, place, given_to: None });
                    continue;
                }
                Operator::LocalGet { .. } | Operator::I64Const { .. } => {
                    pushed.push(None);
                    continue;
                }
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    calls.push(function_index);
                    for number in pushed.iter().rev().take(module.parameters(function_index)).flatten() {
                        numbers[*number].given_to = Some(function_index);
                    }
                }
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
                | Operator::I64Store32 { memarg } => {
                    // Behind the alignment, which is one byte.
                    let place = place.start + 1..place.end;
                    numbers.push(Number { value: memarg.offset as u32, is_offset: true, place, given_to: None });
                }
                // The compiler writes none of them as long as all tables and data are there from the beginning.
                other @ (Operator::RefFunc { .. }
                | Operator::TableInit { .. }
                | Operator::ElemDrop { .. }
                | Operator::MemoryInit { .. }
                | Operator::DataDrop { .. }) => {
                    return Err(wrong(&format!("a function has what cannot be split: {other:?}")));
                }
                _ => {}
            }
            pushed.clear();
        }
        Ok(Self { code, calls, numbers })
    }
}

/// One of the two while it is written.
struct Half<'m, 'a> {
    module: &'m Module<'a>,
    slot_of: &'m BTreeMap<u32, u32>,
    /// The numbers here of functions of the whole.
    functions: BTreeMap<u32, u32>,
    /// Those it needs, in the order in which it does.
    types: Vec<&'a [u8]>,
    imports: Vec<Vec<u8>>,
    /// The next function's number.
    next: u32,
    /// The type and the code of each function that is not imported.
    declared: Vec<Vec<u8>>,
    code: Vec<Vec<u8>>,
}

impl<'m, 'a> Half<'m, 'a> {
    fn new(module: &'m Module<'a>, slot_of: &'m BTreeMap<u32, u32>) -> Self {
        let (functions, types, imports, declared, code) = Default::default();
        Self { module, slot_of, functions, types, imports, next: 0, declared, code }
    }

    fn number(&mut self, function: u32) {
        self.functions.insert(function, self.next);
        self.next += 1;
    }

    /// `begin` is where from: two names and the kind.
    fn import(&mut self, begin: &[u8], function: u32) {
        let ty = self.type_of(function);
        self.imports.push([begin, &ty].concat());
        self.number(function);
    }

    fn add(&mut self, functions: &[u32]) -> Result {
        functions.iter().for_each(|function| self.number(*function));
        for function in functions {
            let ty = self.type_of(*function);
            let code = self.code_of(*function)?;
            self.declared.push(ty);
            self.code.push(code);
        }
        Ok(())
    }

    /// A function that the whole has not.
    fn define(&mut self, ty: Vec<u8>, code: Vec<u8>) -> u32 {
        self.declared.push(ty);
        self.code.push(code);
        self.next += 1;
        self.next - 1
    }

    /// One that does nothing but call the other.
    fn thunk(&mut self, function: u32) -> u32 {
        let ty = self.type_of(function);
        let pushes = (0..self.module.parameters(function)).flat_map(|parameter| [vec![0x20], leb(parameter)].concat());
        let code = [vec![0], pushes.collect(), self.call(function, false), vec![0x0b]].concat();
        self.define(ty, code)
    }

    /// One that traps, if possible one that is there anyway.
    fn trap(&mut self) -> u32 {
        let ty = leb(self.raw_type(PLAIN));
        match self.declared.iter().zip(&self.code).position(|(declared, code)| *declared == ty && code == TRAP) {
            Some(at) => self.next - self.declared.len() as u32 + at as u32,
            None => self.define(ty, TRAP.to_vec()),
        }
    }

    fn type_of(&mut self, function: u32) -> Vec<u8> {
        leb(self.ty(self.module.functions[function as usize]))
    }

    fn ty(&mut self, ty: u32) -> usize {
        self.raw_type(self.module.types[ty as usize].0)
    }

    fn raw_type(&mut self, raw: &'a [u8]) -> usize {
        self.types.iter().position(|known| *known == raw).unwrap_or_else(|| {
            self.types.push(raw);
            self.types.len() - 1
        })
    }

    fn call(&mut self, function: u32, last: bool) -> Vec<u8> {
        let last = u8::from(last) * 2;
        match self.functions.get(&function) {
            Some(index) => [vec![0x10 + last], leb(*index as usize)].concat(),
            None => {
                let slot = signed(self.slot_of[&function]);
                [vec![0x41], slot, vec![0x11 + last], self.type_of(function), vec![0]].concat()
            }
        }
    }

    /// The body of a function with the numbers of this half.
    fn code_of(&mut self, function: u32) -> Result<Vec<u8>> {
        let wasm = self.module.wasm;
        let Some(Body { code, .. }) = self.module.body(function) else { return Err(wrong("a function has no body")) };
        let Range { start: mut copied, end } = usize_of(code.range());
        let mut operators = code.get_operators_reader().map_err(broken)?;
        let mut out = Vec::with_capacity(end - copied);
        while !operators.eof() {
            let (operator, at) = operators.read_with_offset().map_err(broken)?;
            let new = match operator {
                Operator::Call { function_index } => self.call(function_index, false),
                Operator::ReturnCall { function_index } => self.call(function_index, true),
                Operator::CallIndirect { type_index, table_index } => {
                    [vec![0x11], leb(self.ty(type_index)), leb(table_index as usize)].concat()
                }
                Operator::ReturnCallIndirect { type_index, table_index } => {
                    [vec![0x13], leb(self.ty(type_index)), leb(table_index as usize)].concat()
                }
                Operator::Block { blockty: BlockType::FuncType(ty) }
                | Operator::Loop { blockty: BlockType::FuncType(ty) }
                | Operator::If { blockty: BlockType::FuncType(ty) } => {
                    [vec![wasm[at as usize]], signed(self.ty(ty) as u32)].concat()
                }
                _ => continue,
            };
            out.extend(&wasm[copied..at as usize]);
            out.extend(new);
            copied = operators.original_position() as usize;
        }
        out.extend(&wasm[copied..end]);
        Ok(out)
    }

    /// All of it, with what stands between the types of its functions and their code.
    fn file(&self, middle: &[u8]) -> Vec<u8> {
        let types: Vec<_> = self.types.iter().map(|ty| ty.to_vec()).collect();
        let code: Vec<_> = self.code.iter().map(|code| [&leb(code.len()), &code[..]].concat()).collect();
        let begin = [list(1, &types), list(2, &self.imports), list(3, &self.declared)].concat();
        [&self.module.wasm[..8], &begin, middle, &list(10, &code)].concat()
    }
}

/// A segment of data.
fn active(from: u32, bytes: &[u8]) -> Vec<u8> {
    [&[0, 0x41][..], &signed(from), &[0x0b], &leb(bytes.len()), bytes].concat()
}

/// Active segments of elements, one for each run of slots.
fn runs(slots: &BTreeMap<u32, u32>) -> Vec<Vec<u8>> {
    let mut runs: Vec<(u32, Vec<Vec<u8>>)> = Vec::new();
    for (slot, function) in slots {
        let function = leb(*function as usize);
        match runs.last_mut() {
            Some((start, run)) if *start + run.len() as u32 == *slot => run.push(function),
            _ => runs.push((*slot, vec![function])),
        }
    }
    let segment =
        |(start, run): &(u32, Vec<Vec<u8>>)| [vec![0, 0x41], signed(*start), vec![0x0b], counted(run)].concat();
    runs.iter().map(segment).collect()
}

/// The items of a section, each also as it stands in the file.
fn items<'a, T: FromReader<'a>>(wasm: &'a [u8], section: SectionLimited<'a, T>) -> Result<Vec<(T, &'a [u8])>> {
    let end = section.range().end;
    let mut items: Vec<(u64, T)> = Vec::new();
    for item in section.into_iter_with_offsets() {
        items.push(item.map_err(broken)?);
    }
    let ends: Vec<u64> = items.iter().skip(1).map(|(at, _)| *at).chain([end]).collect();
    Ok(items.into_iter().zip(ends).map(|((at, item), end)| (item, &wasm[at as usize..end as usize])).collect())
}

/// The number that an expression consists of.
fn constant(expression: &ConstExpr) -> Result<u32> {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Ok(value as u32),
        _ => Err(wrong("something begins at what is no plain number")),
    }
}

/// A section, or nothing if it has no items.
fn list(id: u8, items: &[Vec<u8>]) -> Vec<u8> {
    if items.is_empty() { Vec::new() } else { section(id, &counted(items)) }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id][..], &leb(content.len()), content].concat()
}

fn counted(items: &[Vec<u8>]) -> Vec<u8> {
    [leb(items.len()), items.concat()].concat()
}

fn kind(kind: ExternalKind) -> Result<u8> {
    match kind {
        ExternalKind::Func => Ok(0),
        ExternalKind::Table => Ok(1),
        ExternalKind::Memory => Ok(2),
        ExternalKind::Global => Ok(3),
        _ => Err(wrong("it exports what cannot be split")),
    }
}

/// Signed LEB128 of what is not negative.
fn signed(value: u32) -> Vec<u8> {
    let mut out = leb(value as usize);
    // The highest bit that is written is the sign.
    if let Some(last) = out.last_mut().filter(|last| **last & 0x40 != 0) {
        *last |= 0x80;
        out.push(0);
    }
    out
}

fn broken(error: BinaryReaderError) -> Error {
    wrong(&error.to_string())
}

fn wrong(problem: &str) -> Error {
    Error::Answer { from: "the module to split".into(), problem: problem.into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use wasmparser::{Parser, Payload, Validator};

    use super::{Module, TRAP, active, counted, layout::Early, list, section, signed, split};
    use crate::wasm::{leb, tests::module, text};

    /// In the name of each function with which the second half begins.
    const CUT: &str = "_in_second";

    /// Types of functions: a number, nothing, two numbers that become one.
    const ONE: u8 = 0;
    const NOTHING: u8 = 1;
    const TWO: u8 = 2;
    const DROP: [u8; 1] = [0x1a];
    const NOP: [u8; 1] = [0x01];

    /// A module that imports the functions 0 and 1, `early` and `late`, and has those of these names, types and bodies;
    /// 2 is exported as `main`. Its table holds those of `slots` from 1 on, and its memory `data` at addresses.
    fn whole(
        functions: &[(&str, u8, Vec<u8>)],
        exports: &[(&str, u8)],
        slots: &[u8],
        data: &[(u32, &[u8])],
    ) -> Vec<u8> {
        let types = [vec![0x60, 0, 1, 0x7f], vec![0x60, 0, 0], vec![0x60, 2, 0x7f, 0x7f, 1, 0x7f]];
        let imports = ["early", "late"].map(|name| [text("./a"), text(name), vec![0, NOTHING]].concat());
        let declared: Vec<_> = functions.iter().map(|(_, ty, _)| vec![*ty]).collect();
        let code: Vec<_> = functions.iter().map(|(.., code)| sized(code)).collect();
        let exports = [("main", 2)].iter().chain(exports).map(|(name, index)| [text(name), vec![0, *index]].concat());
        let exports: Vec<_> = exports.chain([[text("mem"), vec![2, 0]].concat()]).collect();
        let names = (2..).zip(functions).map(|(index, (name, ..))| [vec![index], text(name)].concat());
        let names = counted(&names.collect::<Vec<_>>());
        [
            b"\0asm\x01\0\0\0".to_vec(),
            list(1, &types),
            list(2, &imports),
            list(3, &declared),
            // A table of 9 slots at least and at most, a page of memory, a number that changes.
            section(4, &[1, 0x70, 1, 9, 9]),
            section(5, &[1, 0, 1]),
            section(6, &[1, 0x7f, 1, 0x41, 0, 0x0b]),
            list(7, &exports),
            list(9, &[[vec![0, 0x41, 1, 0x0b], sized(slots)].concat()]),
            section(12, &leb(data.len())),
            list(10, &code),
            list(11, &data.iter().map(|(address, bytes)| active(*address, bytes)).collect::<Vec<_>>()),
            section(0, &[text("name"), vec![1], sized(&names)].concat()),
        ]
        .concat()
    }

    fn sized(bytes: &[u8]) -> Vec<u8> {
        [&leb(bytes.len()), bytes].concat()
    }

    /// A body without local variables.
    fn body(instructions: &[&[u8]]) -> Vec<u8> {
        [&[0], &instructions.concat()[..], &[0x0b]].concat()
    }

    fn call(function: u8) -> [u8; 2] {
        [0x10, function]
    }

    fn through(slot: u8, ty: u8) -> [u8; 5] {
        [0x41, slot, 0x11, ty, 0]
    }

    fn number(value: u32) -> Vec<u8> {
        [vec![0x41], signed(value)].concat()
    }

    /// Bytes at addresses.
    type Placed = Vec<(u32, Vec<u8>)>;

    /// What a half consists of.
    struct Half {
        imports: Vec<String>,
        exports: Vec<String>,
        /// Bodies, or the number of an imported function.
        slots: Vec<(u32, Result<Vec<u8>, u32>)>,
        bodies: Vec<Vec<u8>>,
        data: Placed,
        sections: Vec<u8>,
    }

    fn half(wasm: &[u8]) -> Half {
        Validator::new().validate_all(wasm).unwrap();
        let (mut imports, mut module, mut sections) = (Vec::new(), Module { wasm, ..Module::default() }, Vec::new());
        for payload in Parser::new(0).parse_all(wasm).map(Result::unwrap) {
            sections.extend(payload.as_section().map(|(id, _)| id));
            let Payload::ImportSection(list) = payload else {
                module.take(payload).unwrap();
                continue;
            };
            for import in list.into_imports().map(Result::unwrap) {
                let kind = format!("{:?}", import.ty);
                imports.push(format!("{}.{} {}", import.module, import.name, &kind[..4]));
                module.imports.extend(kind.starts_with("Func").then_some((import.module, import.name)));
            }
        }
        let code = |function| module.body(function).map(|body| body.code.as_bytes().to_vec()).ok_or(function);
        Half {
            exports: module.exports.iter().map(|export| format!("{} {}", export.name, export.index)).collect(),
            slots: module.slots.iter().map(|(slot, function)| (*slot, code(*function))).collect(),
            bodies: module.bodies.iter().map(|body| body.code.as_bytes().to_vec()).collect(),
            data: module.data.iter().map(|(base, bytes)| (*base, bytes.to_vec())).collect(),
            imports,
            sections,
        }
    }

    /// Nothing in a table is in use early, and all data are.
    fn early() -> Early {
        Early { slots: BTreeSet::new(), late: u32::MAX..u32::MAX }
    }

    fn halves(wasm: &[u8], early: &Early) -> (Half, Half) {
        let halves = split(wasm, &|name| name.contains(CUT), early).unwrap();
        // Of which the second is to fit the first: both say how large the table is.
        let table = |half: &[u8]| half.windows(4).find(|bytes| bytes[..2] == [0x70, 1]).unwrap().to_vec();
        assert_eq!(table(&halves.first), table(&halves.second));
        (half(&halves.first), half(&halves.second))
    }

    #[test]
    fn what_only_a_cut_needs_comes_later_and_is_called_through_the_table() {
        let both = body(&[&NOP]);
        let cut = |late: [u8; 2], both: [u8; 2], one: u8| {
            let block = [&[0x02, one][..], &number(3), &[0x0b]].concat();
            body(&[&late, &both, &through(0, one), &DROP, &block])
        };
        let wasm = whole(
            &[
                ("main", NOTHING, body(&[&call(0), &number(64), &number(64), &call(3), &DROP, &call(5)])),
                ("a[0123456789abcdef]::open_in_second::h0", TWO, cut(call(4), call(5), ONE)),
                ("later", NOTHING, body(&[&call(1)])),
                ("both", NOTHING, both.clone()),
            ],
            &[],
            &[],
            &[(1024, b"data")],
        );
        let (first, second) = halves(&wasm, &early());
        // There were slots 0 to 8.
        let main = body(&[&call(0), &number(64), &number(64), &through(9, 1), &DROP, &call(2)]);
        assert_eq!(first.bodies, [main, both]);
        assert_eq!(first.imports, ["./a.early Func"]);
        assert_eq!(first.exports, ["main 1", "mem 0", "0 2", "1 0", "2 0"]);
        assert!(first.slots.iter().all(|(slot, _)| *slot < 9));
        assert_eq!(first.sections, [1, 2, 3, 4, 5, 6, 7, 12, 10, 11]);
        let cut = cut(call(3), call(1), 2);
        assert_eq!(second.bodies, [cut.clone(), body(&[&call(0)])]);
        assert_eq!(second.imports, ["./a.late Func", "b.0 Func", "b.1 Tabl", "b.mem Memo", "b.2 Glob"]);
        assert!(second.exports.is_empty());
        assert_eq!(second.slots, [(9, Ok(cut))]);
        assert_eq!(second.sections, [1, 2, 3, 9, 10]);
    }

    #[test]
    fn an_export_that_is_cut_calls_through_its_slot_which_traps_until_it_is_filled() {
        let open = body(&[&[0x20, 1]]);
        let mut functions = [("main", NOTHING, body(&[&NOP])), ("open_in_second", TWO, open.clone())].to_vec();
        let wasm = whole(&functions, &[("0", 3)], &[3], &[]);
        let (first, second) = halves(&wasm, &early());
        let thunk = body(&[&[0x20, 0], &[0x20, 1], &through(1, 1)]);
        assert_eq!(first.bodies, [body(&[&NOP]), thunk.clone(), TRAP.to_vec()]);
        assert_eq!(first.exports, ["main 0", "0 1", "mem 0", "1 0", "2 0"]);
        assert_eq!(first.slots, [(1, Ok(TRAP.to_vec()))]);
        assert_eq!(second.slots, [(1, Ok(open))]);
        // Without a slot so far.
        let (first, second) = halves(&whole(&functions, &[("0", 3)], &[2], &[]), &early());
        assert_eq!(first.bodies[1], body(&[&[0x20, 0], &[0x20, 1], &through(9, 1)]));
        assert_eq!(second.slots, [(9, Ok(second.bodies[0].clone()))]);
        // What traps may be there anyway.
        functions[0].2 = TRAP.to_vec();
        let (first, _) = halves(&whole(&functions, &[("0", 3)], &[3], &[]), &early());
        assert_eq!(first.bodies, [TRAP.to_vec(), thunk]);
        assert_eq!(first.slots, [(1, Ok(TRAP.to_vec()))]);
    }

    #[test]
    fn a_function_in_the_table_stays_if_its_slot_is_in_use_early() {
        // Each of another length, to tell them apart.
        let held = |nops: usize| body(&[&NOP.repeat(nops)]);
        let functions = [
            ("main", NOTHING, body(&[&number(2), &DROP, &call(3), &DROP])),
            ("open_in_second", ONE, body(&[&number(1)])),
            ("in use", NOTHING, body(&[&call(6)])),
            ("a number, but not in use", NOTHING, held(2)),
            ("called by what is in use", NOTHING, held(3)),
        ];
        let in_use = Early { slots: [1].into(), ..early() };
        let (first, second) = halves(&whole(&functions, &[], &[4, 5, 6, 1], &[]), &in_use);
        let trap = || Ok(TRAP.to_vec());
        let expected = [Ok(body(&[&call(2)])), trap(), Ok(held(3)), trap()];
        assert_eq!(first.slots, (1..).zip(expected).collect::<Vec<_>>());
        assert!(first.imports.is_empty());
        assert_eq!(second.slots, [(2, Ok(held(2))), (4, Err(0)), (9, Ok(functions[1].2.clone()))]);
        assert_eq!(second.imports[0], "./a.late Func");
    }

    #[test]
    fn data_from_an_address_on_come_with_the_second_half_and_the_first_does_not_name_them() {
        let data: [(u32, &[u8]); 2] = [(1024, b"first"), (4096, b"second")];
        let naming = |address: u32| {
            let main = body(&[&number(address), &DROP, &call(3), &DROP]);
            whole(&[("main", NOTHING, main), ("open_in_second", ONE, body(&[&number(4096)]))], &[], &[], &data)
        };
        let late = Early { late: 2048..5000, ..early() };
        let (first, second) = halves(&naming(1024), &late);
        assert_eq!((first.data, second.data), (vec![(1024, b"first".to_vec())], vec![(4096, b"second".to_vec())]));
        assert_eq!(second.sections, [1, 2, 3, 9, 10, 11]);
        for address in [2048, 4096, 4999] {
            let refused = split(&naming(address), &|name| name.contains(CUT), &late).map(|_| ()).unwrap_err();
            assert!(refused.to_string().contains(&format!("main is of the first half and has {address}")), "{refused}");
        }
    }

    #[test]
    fn what_cannot_be_split_is_refused_and_the_rest_is_split_the_same_way_every_time() {
        let functions = [("main", NOTHING, body(&[&call(3), &DROP])), ("open", ONE, body(&[&number(1)]))];
        let wasm = whole(&functions, &[], &[3, 2, 3], &[(1024, b"data")]);
        let again =
            |wasm: &[u8]| split(wasm, &|name| name == "open", &early()).map(|halves| [halves.first, halves.second]);
        assert_eq!(again(&wasm).unwrap(), again(&wasm).unwrap());
        let refused = |wasm: &[u8], part: &str| {
            let error = again(wasm).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        let names = wasm.windows(4).position(|bytes| bytes == b"name").unwrap() - 3;
        refused(&wasm[..names], "no names");
        refused(&whole(&functions[..0], &[], &[], &[]), "no names");
        let cut = split(&wasm, &|name| name == "close", &early()).map(|_| ()).unwrap_err().to_string();
        assert!(cut.contains("none of its functions"), "{cut}");
        refused(&module(&["open"]), "no table");
        let reference = [("main", NOTHING, body(&[&[0xd2, 2], &DROP])), ("open", ONE, body(&[&number(1)]))];
        refused(&whole(&reference, &[], &[2], &[]), "RefFunc");
        // What runs by itself is never cut.
        let elements = wasm.windows(4).position(|bytes| bytes == [1, 0, 0x41, 1]).unwrap() - 2;
        let started = [&wasm[..elements], &section(8, &[3]), &wasm[elements..]].concat();
        refused(&started, "none of its functions");
    }

    #[test]
    fn numbers_that_are_not_negative_are_written_as_such() {
        assert_eq!(
            [0, 63, 64, 300, 8192].map(signed),
            [vec![0], vec![63], vec![0xc0, 0], vec![0xac, 2], vec![0x80, 0xc0, 0]]
        );
    }
}
