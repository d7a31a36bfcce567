//! SQLite: one file a company in one folder, and `control.sqlite` beside them.
//!
//! Each file has one thread that writes. Reading goes over other connections, which see the file as it was
//! when they began, and wait for nobody.

mod connection;
mod threads;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clientele_model::CompanyId;

use self::connection::{Mode, SqliteTx};
use self::threads::{Readers, Writer};
use super::{Job, Storage, schema};
use crate::{Error, Result, files};

/// How many threads read.
const READERS: usize = 4;

/// Databases in a folder.
pub struct Sqlite {
    folder: PathBuf,
    control: Arc<File>,
    companies: Mutex<HashMap<CompanyId, Arc<File>>>,
    readers: Readers,
}

/// What a file holds.
enum What {
    Control,
    Company,
}

/// One database file.
struct File {
    path: PathBuf,
    writer: Writer,
    /// Connections that read and have nothing to do.
    idle: Mutex<Vec<SqliteTx>>,
}

impl File {
    fn open(path: PathBuf, what: What) -> Result<Arc<Self>> {
        let mut writing = SqliteTx::open(&path, Mode::Write)?;
        files::give_to_folder_owner(&path)?;
        match what {
            What::Control => writing.make(&schema::sqlite(schema::CONTROL))?,
            What::Company => {
                writing.make(&schema::sqlite(schema::TABLES))?;
                writing.make_plain()?;
            }
        }
        Ok(Arc::new(Self {
            writer: Writer::start(writing)?,
            path,
            idle: Mutex::default(),
        }))
    }

    /// Runs a job on a connection that only reads.
    fn read<J: Job>(&self, job: &J) -> Result<J::Out> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut tx = match idle {
            Some(tx) => tx,
            None => SqliteTx::open(&self.path, Mode::Read)?,
        };
        let out = tx.transaction(job, "begin");
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(tx);
        out
    }
}

impl Sqlite {
    /// Opens the databases of a folder; makes the folder where there is none.
    ///
    /// # Errors
    /// What the file system and SQLite say.
    pub fn open(folder: &Path) -> Result<Self> {
        files::make_folder(folder)?;
        Ok(Self {
            control: File::open(folder.join("control.sqlite"), What::Control)?,
            folder: folder.to_owned(),
            companies: Mutex::default(),
            readers: Readers::start(READERS)?,
        })
    }

    fn path(&self, company: CompanyId) -> PathBuf {
        self.folder.join(format!("{company}.sqlite"))
    }

    fn company(&self, company: CompanyId, may_be_new: bool) -> Result<Arc<File>> {
        let mut companies = self.companies.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = companies.get(&company) {
            return Ok(file.clone());
        }
        let path = self.path(company);
        if !may_be_new && !path.exists() {
            return Err(Error::NoCompany(company));
        }
        let file = File::open(path, What::Company)?;
        companies.insert(company, file.clone());
        Ok(file)
    }
}

#[cfg(feature = "sabotage")]
impl Sqlite {
    /// From now on the disk has no room for more than so many pages besides those of a company's file; `None` for
    /// a disk without end.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn fill_disk(&self, company: CompanyId, pages_left: Option<u32>) -> Result<()> {
        self.company(company, false)?.writer.fill_disk(pages_left).await
    }
}

impl Storage for Sqlite {
    async fn write<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        self.company(company, false)?.writer.run(job, true).await
    }

    async fn note<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        self.company(company, false)?.writer.run(job, false).await
    }

    async fn read<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        let file = self.company(company, false)?;
        self.readers.run(move || file.read(&job)).await
    }

    async fn control<J: Job>(&self, job: J) -> Result<J::Out> {
        self.control.writer.run(job, true).await
    }

    async fn found(&self, company: CompanyId) -> Result<()> {
        self.company(company, true).map(drop)
    }

    async fn clear_away(&self, company: CompanyId) -> Result<()> {
        // Where a server runs beside, it goes on with its own open file, in which nobody stands.
        let file = {
            let mut companies = self.companies.lock().unwrap_or_else(PoisonError::into_inner);
            companies.remove(&company)
        };
        drop(file);
        let path = self.path(company);
        for end in ["", "-wal", "-shm"] {
            let mut path = path.clone().into_os_string();
            path.push(end);
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    async fn rest(&self, company: CompanyId) -> Result<()> {
        self.company(company, false)?.writer.rest().await
    }

    async fn scour(&self, company: CompanyId) -> Result<()> {
        self.company(company, false)?.writer.scour().await
    }
}
