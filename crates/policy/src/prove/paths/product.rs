//! Many automata that read the same bytes side by side, as one; knows no pattern.
//!
//! They stand at the leaves of a tree, and a state of a branch is a pair of states of what hangs below it.
//! Each step is remembered where it was taken, so that a step of all of them is mostly a look at one table.

use regex_automata::Anchored;
use regex_automata::dfa::Automaton;
use regex_automata::dfa::dense::DFA;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start::Config as Start;
use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;

type Machine = DFA<Vec<u32>>;

/// The number of the state before any byte.
pub(super) const START: u32 = 0;

/// The automata, in the order in which they were given.
pub(super) enum Product {
    One { machine: Box<Machine>, table: Table<StateID> },
    Two { sides: Box<(Product, Product)>, table: Table<(u32, u32)> },
}

/// The states that were reached, by number, and what follows them.
pub(super) struct Table<S> {
    columns: Box<[Option<u8>; 256]>,
    width: usize,
    states: Vec<S>,
    numbers: HashMap<S, u32>,
    /// Numbers and one, in rows of `width`.
    next: Vec<Option<NonZeroU32>>,
}

impl Product {
    /// Automata that will read some bytes; `None` without any, or where one cannot start.
    pub(super) fn of(mut machines: Vec<Machine>, bytes: &[u8]) -> Option<Self> {
        if machines.len() < 2 {
            let machine = machines.pop()?;
            let table = Table::new(bytes, start(&machine)?);
            return Some(Self::One { machine: Box::new(machine), table });
        }
        let right = machines.split_off(machines.len() / 2);
        let sides = Box::new((Self::of(machines, bytes)?, Self::of(right, bytes)?));
        Some(Self::Two { sides, table: Table::new(bytes, (START, START)) })
    }

    /// What follows a state after a byte; `None` of what was not reached or will not be read.
    pub(super) fn next(&mut self, from: u32, byte: u8) -> Option<u32> {
        match self {
            Self::One { machine, table } => {
                let (state, known) = table.at(from, byte)?;
                known.or_else(|| table.set(from, byte, machine.next_state(state, byte)))
            }
            Self::Two { sides, table } => {
                let ((left, right), known) = table.at(from, byte)?;
                if known.is_some() {
                    return known;
                }
                let next = (sides.0.next(left, byte)?, sides.1.next(right, byte)?);
                table.set(from, byte, next)
            }
        }
    }

    /// Whether each automaton accepts what led to a state.
    pub(super) fn accepts(&self, state: u32) -> Vec<bool> {
        let mut found = Vec::new();
        self.add_accepts(state, &mut found);
        found
    }

    fn add_accepts(&self, state: u32, found: &mut Vec<bool>) {
        match self {
            Self::One { machine, table } => {
                let state = table.state(state);
                let end = state.map(|state| machine.next_eoi_state(state));
                found.push(end.is_some_and(|end| machine.is_match_state(end)));
            }
            Self::Two { sides, table } => {
                if let Some((left, right)) = table.state(state) {
                    sides.0.add_accepts(left, found);
                    sides.1.add_accepts(right, found);
                }
            }
        }
    }
}

/// The state of an automaton before any byte.
pub(super) fn start(machine: &Machine) -> Option<StateID> {
    machine.start_state(&Start::new().anchored(Anchored::Yes)).ok()
}

impl<S: Copy + Eq + Hash> Table<S> {
    fn new(bytes: &[u8], start: S) -> Self {
        let mut columns = Box::new([None; 256]);
        for (column, byte) in (0..=u8::MAX).zip(bytes) {
            if let Some(place) = columns.get_mut(usize::from(*byte)) {
                *place = Some(column);
            }
        }
        let (width, numbers) = (bytes.len(), HashMap::from([(start, START)]));
        Self { columns, width, states: vec![start], numbers, next: vec![None; width] }
    }

    fn state(&self, number: u32) -> Option<S> {
        self.states.get(usize::try_from(number).ok()?).copied()
    }

    fn place(&self, number: u32, byte: u8) -> Option<usize> {
        let column = (*self.columns.get(usize::from(byte))?)?;
        Some(usize::try_from(number).ok()? * self.width + usize::from(column))
    }

    /// A state, and what is known to follow it.
    fn at(&self, number: u32, byte: u8) -> Option<(S, Option<u32>)> {
        let place = self.place(number, byte)?;
        let known = self.next.get(place).copied()?;
        Some((self.state(number)?, known.map(|next| next.get() - 1)))
    }

    /// Remembers what follows a state, and gives its number.
    fn set(&mut self, from: u32, byte: u8, to: S) -> Option<u32> {
        let new = u32::try_from(self.states.len()).ok()?;
        let number = *self.numbers.entry(to).or_insert(new);
        if number == new {
            self.states.push(to);
            self.next.resize(self.states.len() * self.width, None);
        }
        let place = self.place(from, byte)?;
        *self.next.get_mut(place)? = NonZeroU32::new(number + 1);
        Some(number)
    }
}
