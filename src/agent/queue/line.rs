//! The order in which those who wait are called: people take turns, and each person's own questions keep their order.

use std::collections::{HashMap, VecDeque};

use crate::question::{Origin, UserId};

/// Who waits.
pub type Person = (Origin, UserId);

/// Waiting tickets of many people.
#[derive(Debug)]
pub struct Line<T> {
    /// What each person who waits has in line, with its number.
    tickets: HashMap<Person, VecDeque<(u64, T)>>,
    /// Those people, who is called next first.
    turns: VecDeque<Person>,
    length: usize,
    last_number: u64,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self { tickets: HashMap::new(), turns: VecDeque::new(), length: 0, last_number: 0 }
    }
}

impl<T> Line<T> {
    /// How many tickets wait.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How many tickets `person` has in line.
    pub fn len_of(&self, person: &Person) -> usize {
        self.tickets.get(person).map_or(0, VecDeque::len)
    }

    /// Puts a ticket of `person` in line and gives its number.
    pub fn push(&mut self, person: &Person, ticket: T) -> u64 {
        self.last_number += 1;
        self.length += 1;
        let own = self.tickets.entry(person.clone()).or_default();
        if own.is_empty() {
            self.turns.push_back(person.clone());
        }
        own.push_back((self.last_number, ticket));
        self.last_number
    }

    /// Calls the next ticket. Whoever has more of them goes to the end of the line.
    pub fn pop(&mut self) -> Option<T> {
        let person = self.turns.pop_front()?;
        let own = self.tickets.get_mut(&person)?;
        let (_, ticket) = own.pop_front()?;
        self.length -= 1;
        if own.is_empty() {
            self.tickets.remove(&person);
        } else {
            self.turns.push_back(person);
        }
        Some(ticket)
    }

    /// Takes the ticket with this number out of the line, unless it has been called.
    pub fn remove(&mut self, person: &Person, number: u64) {
        let Some(own) = self.tickets.get_mut(person) else { return };
        let Some(at) = own.iter().position(|&(own, _)| own == number) else { return };
        own.remove(at);
        self.length -= 1;
        if own.is_empty() {
            self.tickets.remove(person);
            self.turns.retain(|other| other != person);
        }
    }

    /// All tickets in the order in which they will be called if nobody else comes, with their numbers.
    pub fn in_order(&self) -> impl Iterator<Item = (u64, &T)> {
        let mut round: Vec<_> = self.turns.iter().filter_map(|person| self.tickets.get(person)).collect();
        let mut ordered = Vec::with_capacity(self.length);
        for depth in 0.. {
            round.retain(|own| own.len() > depth);
            if round.is_empty() {
                break;
            }
            ordered.extend(round.iter().map(|own| &own[depth]));
        }
        ordered.into_iter().map(|(number, ticket)| (*number, ticket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Person {
        (Origin::Web, UserId(name.into()))
    }

    fn line(tickets: &[(&str, u32)]) -> Line<(String, u32)> {
        let mut line = Line::default();
        for &(name, ticket) in tickets {
            line.push(&person(name), (name.to_owned(), ticket));
        }
        line
    }

    fn called(mut line: Line<(String, u32)>) -> String {
        let announced: Vec<_> = line.in_order().map(|(_, ticket)| ticket.clone()).collect();
        let called: Vec<_> = std::iter::from_fn(|| line.pop()).collect();
        assert_eq!(announced, called, "the announced order is the one that is kept");
        assert!(line.is_empty() && line.tickets.is_empty() && line.turns.is_empty());
        called.iter().map(|(name, ticket)| format!("{name}{ticket}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn people_take_turns() {
        let tickets = [("ana", 1), ("ana", 2), ("ana", 3), ("ben", 1), ("eva", 1), ("eva", 2)];
        assert_eq!(called(line(&tickets)), "ana1 ben1 eva1 ana2 eva2 ana3");
    }

    #[test]
    fn who_comes_back_stands_at_the_end() {
        let mut line = line(&[("ana", 1), ("ben", 1), ("ana", 2)]);
        assert_eq!(line.pop().expect("three wait").0, "ana");
        line.push(&person("eva"), ("eva".into(), 1));
        assert_eq!(called(line), "ben1 ana2 eva1");
    }

    #[test]
    fn who_leaves_is_not_called() {
        let mut line = line(&[("ana", 1), ("ben", 1), ("ana", 2)]);
        let (number, _) = line.in_order().find(|(_, ticket)| ticket.0 == "ben").expect("in line");
        line.remove(&person("ana"), number);
        assert_eq!(line.len(), 3, "the number is somebody else's");
        line.remove(&person("ben"), number);
        line.remove(&person("ben"), number);
        assert_eq!((line.len(), line.len_of(&person("ana")), line.len_of(&person("ben"))), (2, 2, 0));
        assert_eq!(called(line), "ana1 ana2");
    }
}
