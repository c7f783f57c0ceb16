//! Export and import: the whole store as JSON, one object a line.
//!
//! The first line says the form; then comes each exchange, the oldest first, followed by its ballots and corrections,
//! sorted by person; then the decisions, sorted by candidate. So one store always gives the same bytes.
//!
//! People stand in it by their pseudonyms. Without the key of the store nobody can tell whom they stand for, and neither
//! can another store: what it takes in counts, but when the same people come back, they are others to it. An export with
//! the key keeps them the same, and must be guarded as the store itself.

mod line;

use std::collections::HashMap;
use std::io::{BufRead, Write};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Serialize;

use self::line::{BallotRow, DecisionRow, Header, Lines, Row, parse};
use super::kept::Correction;
use super::row::{self, Key, Record};
use super::store::{Change, FORM, Secret, Store};
use crate::answer::AnswerId;
use crate::place::Pseudonym;

/// Whether an export holds the key of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyExport {
    /// It does not: nobody can find out about whom it speaks.
    Withheld,
    /// It does: another store can go on with the same people.
    Included,
}

/// How much was exported or imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Transferred {
    /// Questions with their replies.
    pub exchanges: u64,
    /// People's votes, those taken back among them.
    pub ballots: u64,
    /// Corrections.
    pub corrections: u64,
    /// Decisions about candidates for the goldset.
    pub decisions: u64,
}

impl Store {
    /// Writes everything. Nobody changes anything meanwhile, so that what is written fits together.
    pub(super) fn export(&self, writer: &mut dyn Write, key: KeyExport) -> Result<Transferred> {
        let _nobody_else = self.change();
        let mut done = Transferred::default();
        let key = (key == KeyExport::Included).then(|| blake3::Hash::from_bytes(self.secret()).to_hex().to_string());
        let mut line = |row: Row| -> Result<()> {
            serde_json::to_writer(&mut *writer, &row)?;
            Ok(writer.write_all(b"\n")?)
        };
        line(Row::Feedback(Header { form: FORM.to_owned(), key }))?;
        for key in self.keys("time/", row::time_prefix(0)) {
            let (_, id) = row::time_and_answer(&key?).context("a time in the store is damaged")?;
            let record = self.read(Key::Exchange(&id))?.with_context(|| format!("the exchange {} is gone", id.0))?;
            line(Row::Exchange(record))?;
            done.exchanges += 1;
            for row in self.rows(&row::ballots_of(&id)) {
                let (by, thumbs) = row?;
                line(Row::Ballot(BallotRow { answer: id.clone(), by: Pseudonym(by), thumbs }))?;
                done.ballots += 1;
            }
            for row in self.rows(&row::corrections_of(&id)) {
                line(Row::Correction(row?.1))?;
                done.corrections += 1;
            }
        }
        for row in self.rows("decision/") {
            let (candidate, decided) = row?;
            line(Row::Decision(DecisionRow { candidate, decided }))?;
            done.decisions += 1;
        }
        writer.flush()?;
        Ok(done)
    }

    /// Takes in everything that `reader` holds, or nothing if a line is wrong. What the store holds under the same names
    /// is replaced, so that taking it in twice is taking it in once.
    pub(super) fn import(&self, reader: impl BufRead) -> Result<Transferred> {
        let mut import = Import {
            store: self,
            change: self.change(),
            done: Transferred::default(),
            lines: HashMap::new(),
            keeps_words: HashMap::new(),
        };
        let mut lines = Lines::new(reader);
        let first = lines.next().unwrap_or_else(|| bail!("there is no line in it; an export has at least one"));
        let (number, first) = first?;
        let header = parse(number, &first)?;
        import.header(&header).with_context(|| format!("line {number}"))?;
        for line in lines {
            let (number, line) = line?;
            let row = parse(number, &line)?;
            import.row(row, number).with_context(|| format!("line {number}"))?;
        }
        let Import { change, done, .. } = import;
        change.apply()?;
        Ok(done)
    }
}

/// An import under way.
struct Import<'a> {
    store: &'a Store,
    change: Change<'a>,
    done: Transferred,
    /// The lines on which the keys so far stand.
    lines: HashMap<String, usize>,
    /// The exchanges so far, and whether the settings allow words about them.
    keeps_words: HashMap<AnswerId, bool>,
}

impl Import<'_> {
    fn header(&mut self, row: &Row) -> Result<()> {
        let Row::Feedback(Header { form, key }) = row else {
            bail!("an export begins with {{\"row\":\"feedback\",\"form\":\"{FORM}\"}}; put that line first");
        };
        ensure!(
            form == FORM,
            "it is of form {form}, and this version of Colega reads form {FORM}; use the one that wrote it"
        );
        let Some(key) = key else { return Ok(()) };
        let key: Secret = *blake3::Hash::from_hex(key).context("the key is 64 hexadecimal digits")?.as_bytes();
        if key != self.store.secret() {
            let mend = "import into a new store (another paths.var), or take `key` out of this line";
            ensure!(self.store.is_empty()?, "the key is not that of this store, which holds feedback already; {mend}");
            self.change.adopt(key);
        }
        Ok(())
    }

    fn row(&mut self, row: Row, number: usize) -> Result<()> {
        match row {
            Row::Feedback(_) => bail!("this line can only be the first; import the exports one by one"),
            Row::Exchange(record) => self.exchange(record, number),
            Row::Ballot(BallotRow { answer, by, thumbs }) => {
                row::check_person(&by)?;
                ensure!(
                    thumbs.is_possible(),
                    "nobody can hold these thumbs: one by button and one of each by reaction"
                );
                self.known(&answer)?;
                self.done.ballots += 1;
                self.put(Key::Ballot(&answer, &by), &thumbs, number)
            }
            Row::Correction(correction) => {
                let Correction { answer, by, .. } = &correction;
                row::check_person(by)?;
                let merged = row::merged(None, &correction);
                ensure!(
                    merged == correction,
                    "a correction is trimmed and of at most {} letters",
                    row::LONGEST_CORRECTION
                );
                self.known(answer)?;
                if !self.keeps_words_of(answer)? {
                    return Ok(());
                }
                self.done.corrections += 1;
                self.put(Key::Correction(answer, by), &correction, number)
            }
            Row::Decision(DecisionRow { candidate, decided }) => {
                ensure!(!candidate.is_empty(), "a decision needs the name of its candidate");
                self.done.decisions += 1;
                self.put(Key::Decision(&candidate), &decided, number)
            }
        }
    }

    fn exchange(&mut self, record: Record, number: usize) -> Result<()> {
        record.check()?;
        let record = record.within(&self.store.settings);
        let (id, at_ms) = (&record.kept.id, record.kept.at_ms);
        if let Some(earlier) = self.store.read::<Record>(Key::Exchange(id))? {
            self.change.remove(Key::Time(earlier.kept.at_ms, id));
        }
        self.change.put(Key::Time(at_ms, id), &())?;
        self.keeps_words.insert(id.clone(), self.store.settings.keeps_words_of(&record.kept));
        self.done.exchanges += 1;
        self.put(Key::Exchange(id), &record, number)
    }

    /// That the answer with which a row has to do is there.
    fn known(&self, id: &AnswerId) -> Result<()> {
        row::check_answer(id)?;
        let is_known = self.keeps_words.contains_key(id) || self.store.contains(Key::Exchange(id))?;
        ensure!(is_known, "no exchange {} stands before it; put that there, or take this line out", id.0);
        Ok(())
    }

    /// Whether the settings allow what people say about an answer.
    fn keeps_words_of(&self, id: &AnswerId) -> Result<bool> {
        if let Some(keeps) = self.keeps_words.get(id) {
            return Ok(*keeps);
        }
        let record: Option<Record> = self.store.read(Key::Exchange(id))?;
        Ok(record.is_some_and(|record| self.store.settings.keeps_words_of(&record.kept)))
    }

    fn put<T: Serialize>(&mut self, key: Key<'_>, row: &T, number: usize) -> Result<()> {
        if let Some(earlier) = self.lines.insert(key.to_text(), number) {
            bail!("it says again what line {earlier} says; take one of them out");
        }
        self.change.put(key, row)
    }
}
