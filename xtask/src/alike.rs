//! Makes functions repeat one another where they may: in the numbers of their local variables and in what they say of
//! alignment. What was written before is repeated in fewer bits.
//!
//! Which of the variables of one type has which number means nothing. The optimiser numbers them by how often they are
//! used, so that the same steps in two functions differ by the numbers. Here two numbers are swapped whenever more of
//! the function's text then stands elsewhere, until no swap does. An alignment is a hint that engines do not need: what is
//! not aligned has to work as well.

use std::{array, hash::Hasher, ops::Range};

use rustc_hash::{FxHashMap, FxHasher};
use wasmparser::{BinaryReader, FunctionBody, Operator, Parser, Payload, ValType};

use crate::{
    error::Result,
    wasm::{self, broken, usize_of},
};

/// So many bytes in a row are a piece, and so much it counts that it stands elsewhere: a long repetition saves more than
/// several short ones.
const PIECES: [(usize, usize); 4] = [(4, 1), (6, 1), (8, 2), (12, 4)];

/// The module without what loads and stores say of alignment.
pub(crate) fn without_alignment(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut without = wasm.to_vec();
    for body in wasm::bodies(wasm)?.1 {
        let mut operators = reader(wasm, &body).get_operators_reader().map_err(broken)?;
        while !operators.eof() {
            let at = operators.original_position() as usize;
            // Each opcode of these is a byte, and so is the logarithm of an alignment.
            if (0x28..=0x3e).contains(&wasm[at]) {
                without[at + 1] = 0;
            }
            operators.read().map_err(broken)?;
        }
    }
    Ok(without)
}

/// A module whose local variables get other numbers.
pub(crate) struct Alike {
    wasm: Vec<u8>,
    functions: Vec<Function>,
    seen: Seen,
}

impl Alike {
    pub(crate) fn new(wasm: Vec<u8>) -> Result<Self> {
        Ok(Self { functions: Function::all(&wasm)?, wasm, seen: Seen::default() })
    }

    /// The module after another round over all functions. In the first each is compared with those before it, then with
    /// all others: what one round made alike shows the next one more.
    pub(crate) fn again(&mut self) -> Vec<u8> {
        for function in &mut self.functions {
            if function.counted {
                self.seen.count(&self.wasm[function.code.clone()], false);
            }
            function.settle(&mut self.wasm, &self.seen);
            self.seen.count(&self.wasm[function.code.clone()], true);
            function.counted = true;
        }
        self.wasm.clone()
    }
}

struct Function {
    /// Where in the file its instructions are.
    code: Range<usize>,
    /// For each of its variables whose number is a byte, where that stands. Parameters, which come first, keep theirs.
    uses: Vec<Vec<usize>>,
    /// Of which variables the numbers may be swapped.
    pairs: Vec<(usize, usize)>,
    counted: bool,
}

impl Function {
    fn all(wasm: &[u8]) -> Result<Vec<Self>> {
        let (mut types, mut parameters, mut functions) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.map_err(broken)? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        types.push(ty.map_err(broken)?.params().len());
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        parameters.push(types.get(ty.map_err(broken)? as usize).copied().unwrap_or_default());
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let own = parameters.get(functions.len()).copied().unwrap_or_default();
                    functions.push(Self::read(wasm, &usize_of(body.range()), own)?);
                }
                _ => {}
            }
        }
        Ok(functions)
    }

    fn read(wasm: &[u8], body: &Range<usize>, parameters: usize) -> Result<Self> {
        let code = reader(wasm, body);
        let mut types: Vec<Option<ValType>> = vec![None; parameters];
        for locals in code.get_locals_reader().map_err(broken)? {
            let (count, ty) = locals.map_err(broken)?;
            types.resize(types.len() + count as usize, Some(ty));
        }
        let mut uses = vec![Vec::new(); types.len()];
        let mut operators = code.get_operators_reader().map_err(broken)?;
        let begin = operators.original_position() as usize;
        while !operators.eof() {
            // The opcode is a byte, then comes the number.
            let number = operators.original_position() as usize + 1;
            if let Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } = operators.read().map_err(broken)?
                && local_index < 0x80
            {
                uses[local_index as usize].push(number);
            }
        }
        let used = (parameters..types.len()).filter(|variable| !uses[*variable].is_empty());
        let pairs = used.clone().flat_map(|one| used.clone().map(move |other| (one, other)));
        let pairs = pairs.filter(|(one, other)| one < other && types[*one] == types[*other]).collect();
        Ok(Self { code: begin..body.end, uses, pairs, counted: false })
    }

    /// Swaps numbers as long as that makes more of it stand elsewhere.
    fn settle(&self, wasm: &mut [u8], seen: &Seen) {
        let mut swapped = true;
        while swapped {
            swapped = false;
            for (one, other) in &self.pairs {
                let (one, other) = (&self.uses[*one], &self.uses[*other]);
                let mut places = [&one[..], other].concat();
                places.sort_unstable();
                let before = seen.share(wasm, &self.code, &places);
                swap(wasm, one, other);
                if seen.share(wasm, &self.code, &places) > before {
                    swapped = true;
                } else {
                    swap(wasm, one, other);
                }
            }
        }
    }
}

/// What stands at all of some places goes to all of others, and the other way round.
fn swap(wasm: &mut [u8], one: &[usize], other: &[usize]) {
    let (number, another) = (wasm[one[0]], wasm[other[0]]);
    one.iter().for_each(|place| wasm[*place] = another);
    other.iter().for_each(|place| wasm[*place] = number);
}

/// How many times each piece of a length stands in the functions, by a hash: that two pieces have one is rare.
struct Seen([FxHashMap<u64, usize>; PIECES.len()]);

impl Default for Seen {
    fn default() -> Self {
        Self(array::from_fn(|_| FxHashMap::default()))
    }
}

impl Seen {
    fn count(&mut self, code: &[u8], more: bool) {
        for (seen, (length, _)) in self.0.iter_mut().zip(PIECES) {
            for piece in code.windows(length) {
                let times = seen.entry(hash(piece)).or_default();
                *times = if more { *times + 1 } else { times.saturating_sub(1) };
            }
        }
    }

    /// How much of some code stands in what was counted, of the pieces with one of these places, which are sorted.
    fn share(&self, wasm: &[u8], code: &Range<usize>, places: &[usize]) -> usize {
        let mut share = 0;
        for (seen, (length, worth)) in self.0.iter().zip(PIECES) {
            let mut next = code.start;
            for place in places {
                // A piece that has the place before as well was counted with that one.
                let first = next.max((place + 1).saturating_sub(length));
                for piece in wasm[first..code.end.min(place + length)].windows(length) {
                    share += if seen.get(&hash(piece)).is_some_and(|times| *times > 0) { worth } else { 0 };
                }
                next = place + 1;
            }
        }
        share
    }
}

fn hash(piece: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(piece);
    hasher.finish()
}

fn reader<'a>(wasm: &'a [u8], body: &Range<usize>) -> FunctionBody<'a> {
    FunctionBody::new(BinaryReader::new(&wasm[body.clone()], body.start as u64))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use wasmparser::Validator;

    use super::{Alike, without_alignment};
    use crate::wasm::{bodies, leb};

    /// Functions of these bodies, each with two parameters, in a module with a memory.
    fn module(bodies: &[&[u8]]) -> Vec<u8> {
        let section = |id: u8, content: &[u8]| [&[id][..], &leb(content.len()), content].concat();
        let types = section(1, &[1, 0x60, 2, 0x7f, 0x7f, 0]);
        let declared = section(3, &[&leb(bodies.len())[..], &vec![0; bodies.len()]].concat());
        let memory = section(5, &[1, 0, 1]);
        let each: Vec<u8> = bodies.iter().flat_map(|body| [&leb(body.len())[..], body].concat()).collect();
        let code = section(10, &[leb(bodies.len()), each].concat());
        [b"\0asm\x01\0\0\0", &types[..], &declared, &memory, &code].concat()
    }

    fn code(wasm: &[u8]) -> Vec<Vec<u8>> {
        Validator::new().validate_all(wasm).unwrap();
        bodies(wasm).unwrap().1.into_iter().map(|body| wasm[body].to_vec()).collect()
    }

    #[test]
    fn steps_that_differ_by_their_numbers_become_the_same() {
        // A parameter is doubled, the sum multiplied, and the product added.
        let steps = |declared: [u8; 5], parameter: u8, sum: u8, product: u8| {
            let begin = [0x20, parameter, 0x20, parameter, 0x6a, 0x21, sum, 0x20, sum, 0x20, sum, 0x6c];
            [&declared[..], &begin, &[0x22, product, 0x20, sum, 0x6a, 0x1a, 0x0b]].concat()
        };
        let again = |one: &[u8], other: &[u8]| code(&Alike::new(module(&[one, other])).unwrap().again());
        // Two variables of 32 bits and one of 64, or the other way round: number 2 is another type's there.
        let (narrow, wide) = ([2, 2, 0x7f, 1, 0x7e], [2, 1, 0x7e, 2, 0x7f]);
        let one = steps(narrow, 1, 2, 3);
        assert_eq!(again(&one, &steps(narrow, 1, 3, 2)), [one.clone(), one.clone()]);
        assert_eq!(again(&one, &steps(wide, 1, 3, 4)), [one.clone(), steps(wide, 1, 4, 3)]);
        // Parameters keep their numbers.
        assert_eq!(again(&one, &steps(narrow, 0, 3, 2)), [one.clone(), steps(narrow, 0, 2, 3)]);
        // Where all is alike, another round changes nothing.
        let wasm = module(&[&steps(narrow, 1, 3, 2), &one, &one]);
        let mut alike = Alike::new(wasm).unwrap();
        assert_eq!(code(&alike.again()), vec![steps(narrow, 1, 3, 2); 3]);
        assert_eq!(code(&alike.again()), vec![steps(narrow, 1, 3, 2); 3]);
    }

    #[test]
    fn of_alignment_nothing_is_said_and_all_else_stays() {
        // A load with an offset of 40, which is that opcode as well, and a store of the number 54, which is its own.
        let body = |align: u8| vec![0, 0x20, 0, 0x28, align, 40, 0x1a, 0x20, 0, 0x41, 54, 0x36, align, 41, 0x0b];
        assert_eq!(code(&without_alignment(&module(&[&body(2), &body(1)])).unwrap()), [body(0), body(0)]);
    }
}
