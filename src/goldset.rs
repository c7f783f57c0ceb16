//! The goldset: questions with what a good answer says and cites. It is what changes to Colega are measured by, and it
//! grows out of what people ask and think of the answers.
//!
//! [`candidate`] ranks what people asked by how much a case of it would teach, [`review`] keeps what a person decides
//! about each, and [`file`] holds the cases. [`gaps`] lists what the knowledge base is silent on. All of it merges
//! questions that say the same in other words ([`likeness`]).
//!
//! What must never be: a case that no person has accepted, a person's name in a case, or growth in the split that is
//! kept for tests.

pub mod candidate;
pub mod case;
pub mod file;
pub mod gaps;
mod group;
pub mod likeness;
mod proposal;
pub mod request;
pub mod review;

pub use self::candidate::{Candidate, Counts, Reason};
pub use self::case::{Case, CaseOrigin, Difficulty, Problem, Split};
pub use self::file::Goldset;
pub use self::proposal::{Proposal, Remark};
pub use self::review::{Accepted, DecisionError, Review};
