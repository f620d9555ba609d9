//! Puts the data of a module into another order: what is needed first, then what only the second half needs. What
//! nobody names is left out.
//!
//! Which number in a function is an address, and of which object, the linker knows for certain, and it is known nowhere
//! else: a loop may begin before a table or run up to its end, where the next object is. So [`spread`] reads the linker's
//! relocations, and gives each object an address far from every other number and from every other object. What comes
//! next (wasm-bindgen, traps for panics, exports left out) moves such numbers about, but never calculates with them.
//! [`gather`] finds each of them again, tells what leads to what, and gives every object its place. All that happens
//! before the optimiser, which may calculate with addresses as it likes: they are those that remain.
//!
//! Why the first half never touches what comes with the second: code gets to an object only by an address of it that
//! stands in a function or in an object, each with a relocation, and a function is called by number, by a slot whose
//! number stands in the same places, or from outside by an export. All of these are followed from the exports on, by
//! object and not by address, up to where the second half begins; what the optimiser makes of functions does nothing that
//! they did not do. [`super::split`] looks at the result once more: between what comes first and what comes later there is
//! room that no address of either gets across.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use wasmparser::{DataKind, KnownCustom, Linking, Parser, Payload, RelocationEntry, RelocationType, SymbolInfo};

use super::{Body, Module, TRAP, active, broken, constant, list, runs, section, signed, wrong};
use crate::{
    error::Result,
    wasm::{leb, usize_of},
};

/// What the linker is asked for: its relocations, and a segment for each object.
pub(crate) const LINKED: [&str; 2] = ["-Clink-arg=--emit-relocs", "-Clink-arg=--no-merge-data-segments"];

/// So far before an object or behind it may a number be that is made an address of it.
pub(crate) const NEAR: u32 = 1 << 12;

const MEMORY: u8 = 5;
const ELEMENTS: u8 = 9;
const CODE: u8 = 10;
const DATA: u8 = 11;
const COUNT: u8 = 12;
/// Above whatever else a number in code usually is.
const LOWEST: u32 = 1 << 24;

/// The objects of a module that is spread.
pub(crate) struct Objects {
    /// Where the linker put the first.
    base: u32,
    /// What their addresses are among, and each by the lowest number that is near it.
    room: Range<u32>,
    list: BTreeMap<u32, Object>,
    /// Those of the linker.
    slots: BTreeSet<u32>,
}

struct Object {
    bytes: Vec<u8>,
    align: u32,
    /// Where in it which addresses are, and functions' slots.
    addresses: Vec<(usize, u32)>,
    slots: Vec<u32>,
}

/// What comes first: the slots whose functions may be called by then, and all data but those in a range of addresses.
pub(crate) struct Early {
    pub(crate) slots: BTreeSet<u32>,
    pub(crate) late: Range<u32>,
}

/// What the linker says of a module.
#[derive(Default)]
struct Linker {
    sections: Vec<(u8, Range<usize>)>,
    /// The address of each segment, and where in the file its bytes are.
    segments: Vec<(u32, Range<usize>)>,
    alignments: Vec<u32>,
    /// In which segment each is, and how far from its beginning; none for what is no object.
    symbols: Vec<Option<(usize, u32)>>,
    /// With the number of the section that each is in.
    relocations: Vec<(usize, RelocationEntry)>,
}

/// The module that the linker made, without its data, and with the addresses that its objects have until they are
/// gathered.
pub(crate) fn spread(linked: &[u8]) -> Result<(Vec<u8>, Objects)> {
    let linker = Linker::read(linked)?;
    let (mut objects, near) = linker.objects(linked)?;
    let mut out = linked.to_vec();
    for (in_section, entry) in &linker.relocations {
        let (id, content) = linker.sections.get(*in_section).ok_or_else(|| wrong("it has no such section"))?;
        let at = content.start + entry.offset as usize;
        match (*id, entry.ty) {
            (CODE, RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb) => {
                out[at..at + 5].copy_from_slice(&wide(linker.address(entry, &near, &objects)?));
            }
            (DATA, RelocationType::MemoryAddrI32 | RelocationType::TableIndexI32) => {
                let holds = |(_, place): &(u32, Range<usize>)| place.contains(&at);
                let segment =
                    linker.segments.iter().position(holds).ok_or_else(|| wrong("its data are no segments"))?;
                let address = (entry.ty == RelocationType::MemoryAddrI32)
                    .then(|| linker.address(entry, &near, &objects))
                    .transpose()?;
                let Some(object) = objects.list.get_mut(&near[segment]) else { continue };
                let inside = at - linker.segments[segment].1.start;
                match address {
                    Some(address) => object.addresses.push((inside, address)),
                    None => object.slots.push(word(&object.bytes, inside)?),
                }
            }
            (
                CODE,
                RelocationType::FunctionIndexLeb
                | RelocationType::TableIndexSleb
                | RelocationType::TypeIndexLeb
                | RelocationType::GlobalIndexLeb
                | RelocationType::TableNumberLeb,
            ) => {}
            (CODE | DATA, other) => return Err(wrong(&format!("it has a relocation of an unknown kind: {other:?}"))),
            // What helps to debug is left out anyway.
            _ => {}
        }
    }
    let mut spread = out[..8].to_vec();
    for (id, content) in linker.sections {
        if id != DATA && id != COUNT && !(id == 0 && is_linkers(&linked[content.clone()])) {
            spread.extend(section(id, &out[content]));
        }
    }
    Ok((spread, objects))
}

/// The module with its data, at the addresses that they keep; the second half begins at functions of which `cut` says so.
pub(crate) fn gather(wasm: &[u8], objects: &Objects, cut: &dyn Fn(&str) -> bool) -> Result<(Vec<u8>, Early)> {
    let module = Module::read(wasm)?;
    let early = objects.reached(&module, &module.cut(cut)?);
    let all = objects.reached(&module, &BTreeSet::new());
    let late = all.objects.difference(&early.objects).copied().collect();
    let mut places = BTreeMap::new();
    let (first, end) = objects.place(&early.objects, objects.base, &mut places);
    let (second, last) = objects.place(&late, end.next_multiple_of(16) + 2 * NEAR, &mut places);

    let slots = module.slots.iter().filter(|(slot, _)| all.slots.contains(slot));
    let slots = slots.map(|(slot, function)| (*slot, *function)).collect();
    let code = objects.placed(&module, &places, &all)?;
    let segments: Result<Vec<_>> = [first, second].iter().map(|half| objects.segment(half, &places)).collect();
    let data: Vec<_> = segments?.into_iter().flatten().collect();
    let mut out = wasm[..8].to_vec();
    for (id, content) in &module.sections {
        match *id {
            MEMORY => out.extend(list(MEMORY, &[module.memory_up_to(last)])),
            ELEMENTS => out.extend(list(ELEMENTS, &runs(&slots))),
            CODE => out.extend([list(CODE, &code), list(DATA, &data)].concat()),
            COUNT => {}
            id => out.extend(section(id, content)),
        }
    }
    Ok((out, Early { slots: early.slots, late: end + NEAR..last + NEAR }))
}

impl Linker {
    fn read(linked: &[u8]) -> Result<Self> {
        let mut linker = Self::default();
        for payload in Parser::new(0).parse_all(linked) {
            let payload = payload.map_err(broken)?;
            if let Some((id, content)) = payload.as_section() {
                linker.sections.push((id, usize_of(content)));
            }
            match payload {
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment.map_err(broken)?;
                        let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else {
                            return Err(wrong("it has data that is not there from the beginning"));
                        };
                        let end = usize_of(segment.range).end;
                        linker.segments.push((constant(&offset_expr)?, end - segment.data.len()..end));
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Linking(parts) => {
                        for part in parts.subsections() {
                            linker.take(part.map_err(broken)?)?;
                        }
                    }
                    KnownCustom::Reloc(relocations) => {
                        for entry in relocations.entries() {
                            let of = relocations.section_index() as usize;
                            linker.relocations.push((of, entry.map_err(broken)?));
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        if linker.relocations.is_empty() || linker.alignments.len() != linker.segments.len() {
            return Err(wrong("the linker says nothing of its objects"));
        }
        Ok(linker)
    }

    fn take(&mut self, part: Linking) -> Result {
        match part {
            Linking::SegmentInfo(segments) => {
                for segment in segments {
                    self.alignments.push(1 << segment.map_err(broken)?.alignment);
                }
            }
            Linking::SymbolTable(symbols) => {
                for symbol in symbols {
                    self.symbols.push(match symbol.map_err(broken)? {
                        SymbolInfo::Data { symbol: Some(symbol), .. } => Some((symbol.index as usize, symbol.offset)),
                        _ => None,
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Each segment as an object, where no number of the code is near any, and the lowest number that is near each.
    fn objects(&self, linked: &[u8]) -> Result<(Objects, Vec<u32>)> {
        let module = Module::read(linked)?;
        let sizes = || self.segments.iter().map(|(_, place)| (place.len() as u32).next_multiple_of(16) + 2 * NEAR);
        let free = free(module.bodies.iter().flat_map(|body| &body.numbers).map(|number| number.value), sizes().sum());
        let start = free.ok_or_else(|| wrong("there is no room among the numbers of its code"))?;
        let mut next = start;
        let (mut list, mut near) = (BTreeMap::new(), Vec::new());
        for (((_, place), align), size) in self.segments.iter().zip(&self.alignments).zip(sizes()) {
            let bytes = linked[place.clone()].to_vec();
            list.insert(next, Object { bytes, align: *align, addresses: Vec::new(), slots: Vec::new() });
            near.push(next);
            next += size;
        }
        let base = self.segments.iter().map(|(base, _)| *base).min().unwrap_or_default();
        Ok((Objects { base, room: start..next, list, slots: module.slots.keys().copied().collect() }, near))
    }

    /// What an entry says to write.
    fn address(&self, entry: &RelocationEntry, near: &[u32], objects: &Objects) -> Result<u32> {
        let symbol = self.symbols.get(entry.index as usize).copied().flatten();
        let (segment, inside) = symbol.ok_or_else(|| wrong("a function names memory that is no object"))?;
        let begin = *near.get(segment).ok_or_else(|| wrong("a symbol is in no segment"))?;
        let address = u32::try_from(i64::from(begin + NEAR + inside) + entry.addend).unwrap_or_default();
        match objects.named(address) {
            Some((object, _)) if object == begin => Ok(address),
            _ => Err(wrong("an address is further from its object than known")),
        }
    }
}

/// What is reached from outside.
#[derive(Default)]
struct Reached {
    functions: BTreeSet<u32>,
    slots: BTreeSet<u32>,
    objects: BTreeSet<u32>,
}

impl Objects {
    /// The object that a number is near, and how far it is from the first that is.
    fn named(&self, number: u32) -> Option<(u32, u32)> {
        let (begin, _) = self.list.range(..=number).next_back().filter(|_| self.room.contains(&number))?;
        Some((*begin, number - begin))
    }

    /// What may be used before one of `cut` is called. A number that is a slot by chance makes it more, never less.
    fn reached(&self, module: &Module, cut: &BTreeSet<u32>) -> Reached {
        let mut reached = Reached::default();
        // Slots that came after the linker are none of those that it knows all users of.
        let added = module.slots.iter().filter(|(slot, _)| !self.slots.contains(slot));
        reached.slots.extend(added.clone().map(|(slot, _)| *slot));
        let added = added.map(|(_, function)| *function);
        let mut functions: Vec<u32> = module.start.into_iter().chain(module.exported()).chain(added).collect();
        while let Some(function) = functions.pop() {
            if cut.contains(&function) || !reached.functions.insert(function) {
                continue;
            }
            let Some(body) = module.body(function) else { continue };
            functions.extend(&body.calls);
            let mut objects = Vec::new();
            let mut slots = Vec::new();
            for number in body.numbers.iter().filter(|number| !module.is_idle(number)) {
                match self.named(number.value) {
                    Some((object, _)) => objects.push(object),
                    None => slots.push(number.value),
                }
            }
            while let Some(object) = objects.pop() {
                if reached.objects.insert(object) {
                    let object = &self.list[&object];
                    objects.extend(object.addresses.iter().filter_map(|(_, address)| Some(self.named(*address)?.0)));
                    slots.extend(&object.slots);
                }
            }
            for slot in slots {
                if let Some(function) = module.slots.get(&slot).filter(|_| reached.slots.insert(slot)) {
                    functions.push(*function);
                }
            }
        }
        reached.slots.retain(|slot| module.slots.contains_key(slot));
        reached
    }

    /// A segment with these objects, from an address on, and where they end. Zeros come last, and need no bytes.
    fn place(&self, those: &BTreeSet<u32>, from: u32, places: &mut BTreeMap<u32, u32>) -> (Placed<'_>, u32) {
        let mut objects: Vec<_> = those.iter().map(|object| (object, &self.list[object])).collect();
        // Those of one alignment beside each other, so that nothing is in between.
        objects.sort_by_key(|(_, object)| (object.is_zeros(), Reverse(object.align)));
        let mut placed = Placed { from, objects: Vec::new() };
        let mut next = from;
        for (begin, object) in objects {
            let at = next.next_multiple_of(object.align);
            places.insert(*begin, at);
            next = at + object.bytes.len() as u32;
            if !object.is_zeros() {
                placed.objects.push((at, object));
            }
        }
        (placed, next)
    }

    /// Where the object is that a number is near, as an address.
    fn at(&self, number: u32, places: &BTreeMap<u32, u32>) -> Option<u32> {
        let (object, distance) = self.named(number)?;
        places.get(&object).map(|place| place + distance - NEAR)
    }

    /// A segment, or nothing if there is nothing in it.
    fn segment(&self, placed: &Placed, places: &BTreeMap<u32, u32>) -> Result<Option<Vec<u8>>> {
        let mut bytes: Vec<u8> = Vec::new();
        for (at, object) in &placed.objects {
            let start = (at - placed.from) as usize;
            bytes.resize(start, 0);
            bytes.extend(&object.bytes);
            for (inside, number) in &object.addresses {
                let address = self.at(*number, places).ok_or_else(|| wrong("an object names one that is left out"))?;
                bytes[start + inside..start + inside + 4].copy_from_slice(&address.to_le_bytes());
            }
        }
        Ok((!bytes.is_empty()).then(|| active(placed.from, &bytes)))
    }

    /// The bodies of all functions with the addresses that remain. Those that nothing leads to trap.
    fn placed(&self, module: &Module, places: &BTreeMap<u32, u32>, all: &Reached) -> Result<Vec<Vec<u8>>> {
        let body = |(function, body): (u32, &Body)| {
            if !all.functions.contains(&function) {
                return Ok([leb(TRAP.len()), TRAP.to_vec()].concat());
            }
            let Range { start: mut copied, end } = usize_of(body.code.range());
            let mut code = Vec::with_capacity(end - copied);
            for number in body.numbers.iter().filter(|number| self.named(number.value).is_some()) {
                let address = match self.at(number.value, places) {
                    _ if module.is_idle(number) => 0,
                    Some(address) => address,
                    None => return Err(wrong("a function names an object that is left out")),
                };
                code.extend(&module.wasm[copied..number.place.start]);
                code.extend(if number.is_offset { leb(address as usize) } else { signed(address) });
                copied = number.place.end;
            }
            code.extend(&module.wasm[copied..end]);
            Ok([leb(code.len()), code].concat())
        };
        module.own().zip(&module.bodies).map(body).collect()
    }
}

impl Object {
    fn is_zeros(&self) -> bool {
        self.addresses.is_empty() && self.bytes.iter().all(|byte| *byte == 0)
    }
}

/// What gets a segment.
struct Placed<'a> {
    from: u32,
    objects: Vec<(u32, &'a Object)>,
}

/// The lowest number from which on none of so many is among `numbers`, all of them positive for whoever asks.
fn free(numbers: impl Iterator<Item = u32>, room: u32) -> Option<u32> {
    let taken: BTreeSet<u32> = numbers.filter(|number| *number >= LOWEST).chain([LOWEST, 1 << 31]).collect();
    let mut pairs = taken.iter().zip(taken.iter().skip(1));
    pairs.find(|(before, next)| **next - **before > room && **next <= 1 << 31).map(|(before, _)| before + 1)
}

/// Whether a custom section is one of those that the linker writes for another linker.
fn is_linkers(content: &[u8]) -> bool {
    let name = content.get(1..).unwrap_or_default();
    name.starts_with(b"linking") || name.starts_with(b"reloc.")
}

/// Signed LEB128 of as many bytes as the linker leaves room for.
fn wide(value: u32) -> [u8; 5] {
    [0, 7, 14, 21, 28].map(|shift| (value >> shift) as u8 & 0x7f | if shift < 28 { 0x80 } else { 0 })
}

fn word(bytes: &[u8], at: usize) -> Result<u32> {
    let word = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    word.map(|word| u32::from_le_bytes(*word)).ok_or_else(|| wrong("an object ends within a number"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use wasmparser::Validator;

    use super::super::{Module, TRAP, active, counted, list, section, signed};
    use super::{Early, NEAR, free, gather, spread, wide};
    use crate::wasm::{leb, text};

    /// Where the linker begins with data, and with slots.
    const BASE: u32 = 70_000;
    const SLOT: u32 = 7000;

    /// What a function does.
    enum Step {
        /// Pushes an address of an object, so far behind where it begins.
        Push(usize, i32),
        /// Reads at such an address, added to 0.
        Read(usize, i32),
        /// Pushes a plain number.
        Plain(u32),
        Call(u8),
        Drop,
    }
    use Step::{Call, Drop, Plain, Push, Read};

    /// What is in memory: its alignment as a power of two, and addresses of objects and slots of functions in it.
    struct Thing {
        align: u8,
        bytes: Vec<u8>,
        objects: Vec<(u8, usize)>,
        slots: Vec<(u8, u32)>,
    }

    fn thing(align: u8, bytes: &[u8]) -> Thing {
        Thing { align, bytes: bytes.to_vec(), objects: Vec::new(), slots: Vec::new() }
    }

    /// A module as the linker makes it, with functions without parameters or results but the last, which traps and takes
    /// two. The first is exported, and all are in the table.
    fn linked(functions: &[(&str, &[Step])], things: &[Thing]) -> Vec<u8> {
        let mut ends = vec![BASE];
        for thing in things {
            ends.push(ends[ends.len() - 1].next_multiple_of(1 << thing.align) + thing.bytes.len() as u32);
        }
        let place = |thing: usize| ends[thing].next_multiple_of(1 << things[thing].align);
        let names: Vec<_> = functions.iter().map(|(name, _)| *name).chain(["trap"]).collect();
        let count = leb(names.len());

        let relocation = |kind: u8, at: usize, object: usize, far: i32| {
            let far = [vec![far as u8 & 0x7f | 0x80], vec![(far >> 7) as u8 & 0x7f]].concat();
            [vec![kind], leb(at), leb(object), if kind == 2 { Vec::new() } else { far }].concat()
        };
        let (mut code, mut in_code) = (count.clone(), Vec::new());
        for (_, steps) in functions {
            let mut body = vec![0];
            let mut here = Vec::new();
            for step in *steps {
                match step {
                    Push(object, far) => {
                        here.push((4, body.len() + 1, *object, *far));
                        body.extend([&[0x41][..], &wide(place(*object).wrapping_add_signed(*far))].concat());
                    }
                    Read(object, far) => {
                        here.push((3, body.len() + 4, *object, *far));
                        let address = wide(place(*object).wrapping_add_signed(*far));
                        body.extend([&[0x41, 0, 0x2d, 0][..], &address].concat());
                    }
                    Plain(number) => body.extend([vec![0x41], signed(*number)].concat()),
                    Call(function) => body.extend([0x10, *function]),
                    Drop => body.push(0x1a),
                }
            }
            body.push(0x0b);
            code.extend(leb(body.len()));
            in_code
                .extend(here.iter().map(|(kind, at, object, far)| relocation(*kind, code.len() + at, *object, *far)));
            code.extend(body);
        }
        code.extend([leb(TRAP.len()), TRAP.to_vec()].concat());

        let (mut data, mut in_data) = (leb(things.len()), Vec::new());
        for (at, thing) in things.iter().enumerate() {
            let mut bytes = thing.bytes.clone();
            let mut write =
                |at: u8, number: u32| bytes[at as usize..at as usize + 4].copy_from_slice(&number.to_le_bytes());
            thing.objects.iter().for_each(|(at, object)| write(*at, place(*object)));
            thing.slots.iter().for_each(|(at, slot)| write(*at, *slot));
            let segment = active(place(at), &bytes);
            let begin = data.len() + segment.len() - bytes.len();
            let objects = thing.objects.iter().map(|(at, object)| relocation(5, begin + usize::from(*at), *object, 0));
            let slots = thing.slots.iter().map(|(at, _)| relocation(2, begin + usize::from(*at), 0, 0));
            in_data.extend(objects.chain(slots));
            data.extend(segment);
        }

        let named = |name: &str, content: &[u8]| section(0, &[&text(name), content].concat());
        let segments: Vec<_> = things.iter().map(|thing| [text("x"), vec![thing.align, 0]].concat()).collect();
        let symbol =
            |(at, thing): (usize, &Thing)| [&[1, 0, 1, b'x', at as u8, 0][..], &leb(thing.bytes.len())].concat();
        let symbols: Vec<_> = things.iter().enumerate().map(symbol).collect();
        let part = |id: u8, items: &[Vec<u8>]| [vec![id], leb(counted(items).len()), counted(items)].concat();
        let list_of_names: Vec<_> = (0..).zip(&names).map(|(at, name)| [vec![at], text(name)].concat()).collect();
        [
            b"\0asm\x01\0\0\0".to_vec(),
            list(1, &[vec![0x60, 0, 0], vec![0x60, 2, 0x7f, 0x7f, 0]]),
            section(3, &[&count[..], &vec![0; functions.len()], &[1]].concat()),
            section(4, &[&[1, 0x70, 0][..], &leb(9000)].concat()),
            section(5, &[1, 0, 1]),
            list(7, &[[text("main"), vec![0, 0]].concat()]),
            list(
                9,
                &[[&[0, 0x41][..], &signed(SLOT), &[0x0b], &count, &(0..names.len() as u8).collect::<Vec<_>>()]
                    .concat()],
            ),
            section(10, &code),
            section(11, &data),
            named("linking", &[vec![2], part(5, &segments), part(8, &symbols)].concat()),
            named("reloc.CODE", &[vec![6], counted(&in_code)].concat()),
            named("reloc.DATA", &[vec![7], counted(&in_data)].concat()),
            named("name", &part(1, &list_of_names)),
        ]
        .concat()
    }

    /// What became of it.
    struct Laid {
        early: Early,
        /// Of each function.
        numbers: Vec<Vec<u32>>,
        slots: BTreeSet<u32>,
        data: Vec<(u32, Vec<u8>)>,
        pages: u64,
    }

    fn laid(functions: &[(&str, &[Step])], things: &[Thing]) -> Laid {
        let (spread, objects) = spread(&linked(functions, things)).unwrap();
        assert_eq!(Module::read(&spread).unwrap().sections.iter().filter(|(id, _)| [0, 11].contains(id)).count(), 1);
        let (wasm, early) = gather(&spread, &objects, &|name| name == "open").unwrap();
        Validator::new().validate_all(&wasm).unwrap();
        let module = Module::read(&wasm).unwrap();
        let numbers = |at: usize| module.bodies[at].numbers.iter().map(|number| number.value).collect();
        Laid {
            early,
            numbers: (0..functions.len()).map(numbers).collect(),
            slots: module.slots.keys().copied().collect(),
            data: module.data.iter().map(|(base, bytes)| (*base, bytes.to_vec())).collect(),
            pages: module.memories[0].1.initial,
        }
    }

    #[test]
    fn what_is_needed_first_comes_first_then_what_only_the_second_half_names_and_what_nobody_names_is_left_out() {
        let things = [
            thing(0, b"late"),
            thing(0, b"nobody's"),
            Thing { objects: vec![(0, 5), (8, 5)], ..thing(3, b"____two addresses") },
            thing(0, b"first"),
            thing(2, &[0; 8]),
            thing(0, b"behind an address"),
            thing(0, b"both"),
        ];
        let main = [Push(3, 0), Drop, Push(6, 0), Drop, Read(2, 8), Drop, Push(4, 0), Drop, Call(1)];
        let open = [Push(6, 2), Drop, Push(0, 0), Drop];
        let laid = laid(&[("main", &main), ("open", &open), ("nobody", &[Push(1, 0), Drop])], &things);

        let [(first, early), (second, late)] = &laid.data[..] else { panic!("{:?}", laid.data) };
        assert_eq!((*first, &late[..]), (BASE, &b"late"[..]));
        assert!(laid.early.late.start + NEAR <= *second && early.len() as u32 + first + NEAR <= laid.early.late.start);
        assert!(laid.early.late.contains(&(second + late.len() as u32 + NEAR - 1)));
        let at = |address: u32, length: usize| &early[(address - BASE) as usize..][..length];
        let [text, both, _, table, zeros] = laid.numbers[0][..] else { panic!("{:?}", laid.numbers) };
        assert_eq!((at(text, 5), at(both, 4)), (&b"first"[..], &b"both"[..]));
        assert_eq!((table % 8, zeros % 4), (0, 0));
        let pointed = u32::from_le_bytes(at(table, 4).try_into().unwrap());
        assert_eq!(at(pointed, 17), b"behind an address");
        assert_eq!((at(table - 4, 4), at(table + 4, 5)), (&b"two "[..], &b"esses"[..]));
        assert!(zeros >= BASE + early.len() as u32, "zeros need no bytes");
        assert_eq!(laid.numbers[1], [both + 2, *second]);
        assert_eq!(laid.numbers[2], [0; 0], "what nothing leads to traps");
    }

    #[test]
    fn an_address_is_of_its_object_even_where_another_begins() {
        let table = |slot: u32| Thing { slots: vec![(0, slot)], ..thing(2, &[0; 8]) };
        let things = [table(SLOT + 2), table(SLOT + 3), table(SLOT + 4), thing(0, b"behind")];
        // The first goes through one table from its end and through the next from before it.
        let main = [Push(0, 8), Drop, Read(1, -4), Drop, Call(1)];
        let functions =
            [("main", &main[..]), ("open", &[Push(2, 0), Drop]), ("a", &[]), ("b", &[]), ("c", &[]), ("d", &[])];
        let laid = laid(&functions, &things);
        assert_eq!(laid.early.slots, [SLOT + 2, SLOT + 3].into());
        // Nobody knows of the slot of `d`, which is no function of the module any more.
        assert_eq!(laid.slots, [SLOT + 2, SLOT + 3, SLOT + 4].into());
        assert_eq!(laid.data.iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>(), [16, 8]);
        let [end, _, before] = laid.numbers[0][..] else { panic!("{:?}", laid.numbers) };
        assert_eq!((end - 8, before + 4), (BASE, BASE + 8));
        // Further than this it would be as near to another.
        let far = |distance: i32| spread(&linked(&[("main", &[Push(0, distance), Drop])], &things)).map(|_| ());
        assert!(far(NEAR as i32 - 1).is_ok() && far(-(NEAR as i32)).is_ok());
        assert!(far(-(NEAR as i32) - 1).is_err() && far(2 * NEAR as i32).is_err());
    }

    #[test]
    fn a_number_in_a_function_may_be_a_slot_and_what_a_trap_is_given_is_none() {
        let things = [thing(0, b"message"), thing(0, b"text")];
        // The trap takes the last two of them.
        let main = [Push(1, 0), Push(0, 0), Plain(SLOT + 3), Call(4), Drop, Plain(SLOT + 2), Drop, Call(1)];
        let laid = laid(&[("main", &main), ("open", &[]), ("taken", &[]), ("not", &[])], &things);
        assert_eq!(laid.early.slots, [SLOT + 2].into());
        assert_eq!(laid.data, [(BASE, b"text".to_vec())]);
        assert_eq!(laid.numbers[0], [BASE, 0, SLOT + 3, SLOT + 2]);
    }

    #[test]
    fn there_is_memory_for_all_data() {
        let things = [thing(0, &[1; 60_000]), thing(0, &[2; 60_000])];
        let laid = laid(&[("main", &[Push(0, 0), Drop, Call(1)]), ("open", &[Push(1, 0), Drop])], &things);
        assert_eq!(laid.pages, 4);
    }

    #[test]
    fn addresses_are_among_numbers_that_no_function_has() {
        let taken = [5, 1 << 24, (1 << 24) + 100, (1 << 24) + 300, u32::MAX];
        assert_eq!(free(taken.into_iter(), 100), Some((1 << 24) + 101));
        assert_eq!(free(taken.into_iter(), 200), Some((1 << 24) + 301));
        assert_eq!(free(taken.into_iter(), 1 << 31), None);
        let functions = [("main", &[Plain(1 << 24), Drop, Plain((1 << 24) + 1), Drop, Push(0, 0), Drop, Call(1)][..])];
        let laid = laid(&[&functions[..], &[("open", &[])]].concat(), &[thing(0, b"text")]);
        assert_eq!(laid.numbers[0], [1 << 24, (1 << 24) + 1, BASE]);
    }

    #[test]
    fn what_the_linker_does_not_say_in_a_known_way_is_refused() {
        let wasm = linked(&[("main", &[Push(0, 0), Drop, Call(1)]), ("open", &[])], &[thing(0, b"text")]);
        let refused = |wasm: &[u8], part: &str| {
            let error = spread(wasm).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        let changed = |from: &[u8], to: &[u8]| {
            let at = wasm.windows(from.len()).position(|bytes| bytes == from).unwrap();
            [&wasm[..at], to, &wasm[at + from.len()..]].concat()
        };
        refused(&changed(b"linking", b"linkage"), "nothing of its objects");
        refused(&changed(b"reloc.CODE\x06\x01\x04", b"reloc.CODE\x06\x01\x0b"), "unknown kind");
        // A symbol that is defined elsewhere has a longer name instead of a place and a size.
        refused(&changed(&[8, 8, 1, 1, 0, 1, b'x', 0, 0, 4], &[8, 8, 1, 1, 0x10, 4, b'x', 0, 0, 4]), "no object");
    }
}
