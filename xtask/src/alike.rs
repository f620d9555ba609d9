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
    wasm::{self, broken, leb, usize_of},
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
pub(crate) struct Alike<'a> {
    wasm: &'a [u8],
    functions: Vec<Function<'a>>,
    seen: Seen,
}

impl<'a> Alike<'a> {
    pub(crate) fn new(wasm: &'a [u8]) -> Result<Self> {
        let functions = Function::all(wasm)?;
        Ok(Self { wasm, functions, seen: Seen::default() })
    }

    /// The module after another round over all functions. In the first each is compared with those before it, then with
    /// all others: what one round made alike shows the next one more.
    pub(crate) fn again(&mut self) -> Result<Vec<u8>> {
        for function in &mut self.functions {
            if function.counted {
                self.seen.count(&function.text(), false);
            }
            function.settle(&self.seen);
            self.seen.count(&function.text(), true);
            function.counted = true;
        }
        let bodies: Vec<_> =
            self.functions.iter().map(|function| [function.declared, &function.text()].concat()).collect();
        wasm::with_bodies(self.wasm, &bodies)
    }
}

struct Function<'a> {
    /// How many local variables of which types it declares, as it stands in the file.
    declared: &'a [u8],
    /// What is before each number of a local variable, and which variable that is.
    uses: Vec<(&'a [u8], usize)>,
    end: &'a [u8],
    /// The number of each variable; parameters, which come first, keep theirs.
    numbers: Vec<usize>,
    /// Those whose numbers may be swapped.
    pairs: Vec<(usize, usize)>,
    counted: bool,
}

impl<'a> Function<'a> {
    fn all(wasm: &'a [u8]) -> Result<Vec<Self>> {
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

    fn read(wasm: &'a [u8], body: &Range<usize>, parameters: usize) -> Result<Self> {
        let code = reader(wasm, body);
        let mut types: Vec<Option<ValType>> = vec![None; parameters];
        for locals in code.get_locals_reader().map_err(broken)? {
            let (count, ty) = locals.map_err(broken)?;
            types.resize(types.len() + count as usize, Some(ty));
        }
        let mut operators = code.get_operators_reader().map_err(broken)?;
        let begin = operators.original_position() as usize;
        let (mut uses, mut last) = (Vec::new(), begin);
        while !operators.eof() {
            // The opcode is a byte, then comes the number.
            let number = operators.original_position() as usize + 1;
            if let Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } = operators.read().map_err(broken)?
            {
                uses.push((&wasm[last..number], local_index as usize));
                last = operators.original_position() as usize;
            }
        }
        let all = 0..types.len();
        let pairs = all.clone().flat_map(|one| (one + 1..types.len()).map(move |other| (one, other)));
        let pairs = pairs.filter(|(one, other)| types[*one].is_some() && types[*one] == types[*other]).collect();
        let (declared, end) = (&wasm[body.start..begin], &wasm[last..body.end]);
        Ok(Self { declared, uses, end, numbers: all.collect(), pairs, counted: false })
    }

    /// Its instructions, with its variables' numbers as they are now.
    fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (before, variable) in &self.uses {
            text.extend_from_slice(before);
            text.extend(leb(self.numbers[*variable]));
        }
        text.extend_from_slice(self.end);
        text
    }

    /// Swaps numbers as long as that makes more of it stand elsewhere.
    fn settle(&mut self, seen: &Seen) {
        let mut most = seen.share(&self.text());
        loop {
            let before = most;
            for at in 0..self.pairs.len() {
                let (one, other) = self.pairs[at];
                self.numbers.swap(one, other);
                let share = seen.share(&self.text());
                if share > most {
                    most = share;
                } else {
                    self.numbers.swap(one, other);
                }
            }
            if most == before {
                break;
            }
        }
    }
}

/// How many times each piece of a length stands in the functions, by a hash: two pieces with one are one in a million.
struct Seen([FxHashMap<u64, usize>; PIECES.len()]);

impl Default for Seen {
    fn default() -> Self {
        Self(array::from_fn(|_| FxHashMap::default()))
    }
}

impl Seen {
    fn count(&mut self, text: &[u8], more: bool) {
        for (seen, (length, _)) in self.0.iter_mut().zip(PIECES) {
            for piece in text.windows(length) {
                let times = seen.entry(hash(piece)).or_default();
                *times = if more { *times + 1 } else { times.saturating_sub(1) };
            }
        }
    }

    /// How much of a text stands in what was counted.
    fn share(&self, text: &[u8]) -> usize {
        let stands = |seen: &FxHashMap<u64, usize>, piece| seen.get(&hash(piece)).is_some_and(|times| *times > 0);
        let of_length = |(seen, (length, worth)): (&FxHashMap<_, _>, (usize, usize))| {
            text.windows(length).filter(|piece| stands(seen, piece)).count() * worth
        };
        self.0.iter().zip(PIECES).map(of_length).sum()
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
        let again = |one: &[u8], other: &[u8]| code(&Alike::new(&module(&[one, other])).unwrap().again().unwrap());
        // Two variables of 32 bits and one of 64, or the other way round: number 2 is another type's there.
        let (narrow, wide) = ([2, 2, 0x7f, 1, 0x7e], [2, 1, 0x7e, 2, 0x7f]);
        let one = steps(narrow, 1, 2, 3);
        assert_eq!(again(&one, &steps(narrow, 1, 3, 2)), [one.clone(), one.clone()]);
        assert_eq!(again(&one, &steps(wide, 1, 3, 4)), [one.clone(), steps(wide, 1, 4, 3)]);
        // Parameters keep their numbers.
        assert_eq!(again(&one, &steps(narrow, 0, 3, 2)), [one.clone(), steps(narrow, 0, 2, 3)]);
        // Where all is alike, another round changes nothing.
        let wasm = module(&[&steps(narrow, 1, 3, 2), &one, &one]);
        let mut alike = Alike::new(&wasm).unwrap();
        assert_eq!(code(&alike.again().unwrap()), vec![steps(narrow, 1, 3, 2); 3]);
        assert_eq!(code(&alike.again().unwrap()), vec![steps(narrow, 1, 3, 2); 3]);
    }

    #[test]
    fn of_alignment_nothing_is_said_and_all_else_stays() {
        // A load with an offset of 40, which is that opcode as well, and a store of the number 54, which is its own.
        let body = |align: u8| vec![0, 0x20, 0, 0x28, align, 40, 0x1a, 0x20, 0, 0x41, 54, 0x36, align, 41, 0x0b];
        assert_eq!(code(&without_alignment(&module(&[&body(2), &body(1)])).unwrap()), [body(0), body(0)]);
    }
}
