//! Pushes of one company that come at the same time go into the log in one transaction: the first to find
//! nobody at work takes all that wait along, and the disk is waited for once.

use std::sync::{Mutex, PoisonError};

use clientele_model::CompanyId;
use tokio::sync::oneshot;

use crate::offer::Offer;
use crate::store::Storage;
use crate::store::append::{Append, Appended};
use crate::{Error, Result, Settings};

/// Changes in one transaction, about: more would make the others wait.
const CHANGES_MAX: usize = 16_000;

/// Those who wait, and the right to work for all of them.
#[derive(Default)]
pub struct Sequencer {
    waiting: Mutex<Vec<Waiting>>,
    at_work: tokio::sync::Mutex<()>,
}

struct Waiting {
    offer: Offer,
    answer: oneshot::Sender<Option<Appended>>,
}

impl Sequencer {
    /// Takes a push into the log. Says besides how many transactions this one led.
    pub async fn append<S: Storage>(
        &self,
        storage: &S,
        company: CompanyId,
        offer: Offer,
        now_millis: i64,
        settings: &Settings,
    ) -> Result<(Appended, u64)> {
        let (quarantine, sabotage) = (settings.quarantine, settings.sabotage);
        if sabotage.is_serial_cursor() {
            let offers = vec![offer];
            let append = Append {
                offers,
                now_millis,
                quarantine,
                sabotage,
            };
            let appended = storage.write(company, append).await?.pop();
            return Ok((appended.ok_or(Error::Closed)?, 1));
        }
        let (answer, mut answered) = oneshot::channel();
        self.lock().push(Waiting { offer, answer });
        let mut led = 0;
        loop {
            let _at_work = self.at_work.lock().await;
            // Somebody may have taken this one along meanwhile.
            match answered.try_recv() {
                Ok(Some(appended)) => return Ok((appended, led)),
                // Whoever led it could not, or gave up.
                Ok(None) | Err(oneshot::error::TryRecvError::Closed) => return Err(Error::Closed),
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            led += 1;
            let (offers, answers) = self.take();
            let append = Append {
                offers,
                now_millis,
                quarantine,
                sabotage,
            };
            match storage.write(company, append).await {
                Ok(appended) => {
                    for (answer, appended) in answers.into_iter().zip(appended) {
                        let _ = answer.send(Some(appended));
                    }
                }
                Err(error) => {
                    for answer in answers {
                        let _ = answer.send(None);
                    }
                    return Err(error);
                }
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first of those who wait, as many as one transaction takes.
    fn take(&self) -> (Vec<Offer>, Vec<oneshot::Sender<Option<Appended>>>) {
        let mut waiting = self.lock();
        let mut changes = 0;
        let count = waiting
            .iter()
            .take_while(|waiting| {
                let fits = changes < CHANGES_MAX;
                changes += waiting.offer.links.len();
                fits
            })
            .count();
        let taken = waiting.drain(..count);
        taken.map(|waiting| (waiting.offer, waiting.answer)).unzip()
    }
}
