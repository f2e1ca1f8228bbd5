//! What a practitioner does, for the compiler to learn from: `make profile` has a provider do it that counts what it executes.
//!
//! It is the work that is measured too, but for the numbers: what matters is which code runs, and which of it often.

use crate::scale::POLICIES;
use crate::stage::{Column, Programs, Stage};
use crate::{Result, variable};

/// Whether this is what is asked for.
pub(crate) fn is_wanted() -> bool {
    !variable("TRAIN").is_empty()
}

/// Applies, plans and destroys with each provider.
pub(crate) async fn run(programs: &Programs, columns: &[Column]) -> Result<()> {
    for column in columns {
        if let Some(quickstart) = Stage::quickstart(programs, column)? {
            quickstart.apply().await?;
            quickstart.destroy().await?;
        }
        let many = Stage::new(programs, column, ENTRIES, &POLICIES)?;
        many.apply().await?;
        // Most of what a provider is asked for is to look whether all is as it was.
        for _ in 0..PLANS {
            many.plan().await?;
        }
        many.destroy().await?;
    }
    Ok(())
}

const ENTRIES: usize = 100;
const PLANS: usize = 20;
