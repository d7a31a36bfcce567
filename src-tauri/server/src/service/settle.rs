//! What is done after a push was answered: the plain tables are brought up to date, erasures finished; and when
//! nobody pushes, the log is packed closer.

use clientele_model::CompanyId;

use super::Service;
use crate::store::Storage;
use crate::store::project::Project;
use crate::store::repack::{Repacked, ToRepack, closer};
use crate::store::scrub::{Scrub, ScrubDone};
use crate::{Error, Result};

impl<S: Storage> Service<S> {
    /// Packs what the log holds closer, and gives back the room on the disk that nothing needs. Ends early, and goes
    /// on the next time, as soon as somebody pushes.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rest(&self, company: CompanyId) -> Result<()> {
        let pushes = self.stats.pushes.get();
        while let Some((batches, to)) = self.storage.read(company, ToRepack).await? {
            if self.stats.pushes.get() != pushes {
                return Ok(());
            }
            // It takes long: not on the threads that answer.
            let packing = tokio::task::spawn_blocking(move || {
                let mut repacked = Vec::new();
                for (n, was) in batches {
                    match closer(&was) {
                        Ok(Some(is)) => repacked.push((n, was, is)),
                        Ok(None) => {}
                        // It stays as it is, for `check` to tell; the rest of the tidying does not wait for it.
                        Err(error) => tracing::error!(n, %error, "a batch of the log does not unpack"),
                    }
                }
                repacked
            });
            let batches = packing.await.map_err(|_| Error::Closed)?;
            self.storage.note(company, Repacked { batches, to }).await?;
        }
        self.storage.rest(company).await
    }

    /// Brings the plain tables up to date with the log, and takes out of the log what was erased.
    ///
    /// # Errors
    /// What the database says. What was not finished is finished the next time.
    pub async fn settle(&self, company: CompanyId) -> Result<()> {
        self.follow(company).await?;
        self.erase(company).await
    }

    /// Brings the plain tables up to date with the log.
    ///
    /// # Errors
    /// What the database says. What was not finished is finished the next time.
    pub async fn follow(&self, company: CompanyId) -> Result<()> {
        loop {
            // The tables can be made again from the log: they need not wait for the disk.
            let projected = self.storage.note(company, Project).await?;
            self.stats.projected.add(projected.changes as u64);
            if projected.at_end {
                return Ok(());
            }
        }
    }

    /// Takes out of the log, and out of the files, what was erased.
    async fn erase(&self, company: CompanyId) -> Result<()> {
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
