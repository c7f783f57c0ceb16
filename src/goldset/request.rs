//! What the commands ask of the review, as values: whoever holds the feedback store answers them, be it the command itself
//! or a daemon that is being served.

use std::time::SystemTime;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::candidate::Candidate;
use super::gaps::{Gap, gaps_since};
use super::proposal::Proposal;
use super::review::{Accepted, DecisionError, Review};
use crate::answer::AnswerId;

/// What is asked of the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// The candidates, the most instructive first.
    Candidates,
    /// Make a case of a candidate.
    Accept {
        /// Its name.
        id: AnswerId,
        /// The case in place of the proposed one.
        edited: Option<Proposal>,
    },
    /// See to it that a candidate is not proposed again.
    Reject {
        /// Its name.
        id: AnswerId,
    },
    /// What people ask that the knowledge base does not answer, or not well.
    Gaps {
        /// Only what was asked since then, in milliseconds since 1970.
        since_ms: u64,
    },
}

/// What the review says to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// The candidates.
    Candidates(Vec<Candidate>),
    /// The case that was made.
    Accepted(Accepted),
    /// The candidate is rejected.
    Rejected,
    /// The gaps, what most people miss first.
    Gaps(Vec<Gap>),
    /// Nothing was decided, for this reason.
    Refused(String),
}

impl Review {
    /// Does what is asked, at `at`.
    ///
    /// # Errors
    /// The goldset or the feedback cannot be read or written.
    pub async fn take(&self, request: Request, at: SystemTime) -> Result<Response> {
        let decided = match request {
            Request::Candidates => return Ok(Response::Candidates(self.candidates().await?)),
            Request::Gaps { since_ms } => return Ok(Response::Gaps(gaps_since(&self.feedback, since_ms).await?)),
            Request::Accept { id, edited } => self.accept(&id, edited, at).await.map(Response::Accepted),
            Request::Reject { id } => self.reject(&id, at).await.map(|()| Response::Rejected),
        };
        match decided {
            Err(DecisionError::Store(failure)) => Err(failure),
            Err(refusal) => Ok(Response::Refused(refusal.to_string())),
            Ok(response) => Ok(response),
        }
    }
}
