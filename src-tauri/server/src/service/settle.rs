//! What is done after a push was answered: the plain tables are brought up to date, erasures finished.

use clientele_model::CompanyId;

use super::Service;
use crate::Result;
use crate::store::Storage;
use crate::store::project::Project;
use crate::store::scrub::{Scrub, ScrubDone};

impl<S: Storage> Service<S> {
    /// Brings the plain tables up to date with the log, and takes out of the log what was erased.
    ///
    /// # Errors
    /// What the database says. What was not finished is finished the next time.
    pub async fn settle(&self, company: CompanyId) -> Result<()> {
        loop {
            // The tables can be made again from the log: they need not wait for the disk.
            let projected = self.storage.note(company, Project).await?;
            self.stats.projected.add(projected.changes as u64);
            if projected.at_end {
                break;
            }
        }
        loop {
            let scrubbed = self.storage.write(company, Scrub).await?;
            if scrubbed.rows.is_empty() {
                return Ok(());
            }
            self.stats.erased.add(scrubbed.bodies as u64);
            tracing::info!(%company, bodies = scrubbed.bodies, "erased from the log");
            self.storage.scour(company).await?;
            self.storage.write(company, ScrubDone(scrubbed.rows)).await?;
        }
    }
}
