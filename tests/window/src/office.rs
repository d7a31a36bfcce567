//! Head office's server, the real program, on this machine: it can be cut off and come back.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::error::{Error, Result, wait_for};
use crate::process::{Program, command, output};

/// How long it may take to come up.
const PATIENCE: Duration = Duration::from_secs(15);

/// The server with its data in a folder of the journey's.
pub struct Office {
    program: PathBuf,
    data: PathBuf,
    address: String,
    company: String,
    running: Option<Program>,
}

impl Office {
    /// Starts it for a company of this name on a free port, its data in `folder`. Without a `program`, `CLIENTELE_SERVER` or the one beside this test
    /// in the target folder.
    ///
    /// # Errors
    /// When it is not built, or does not come up.
    pub fn start(program: Option<PathBuf>, folder: &Path, company: &str) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut office = Self {
            program: program.map_or_else(built_server, Ok)?,
            data: folder.join("office"),
            address: format!("127.0.0.1:{port}"),
            company: company.to_owned(),
            running: None,
        };
        office.connect()?;
        Ok(office)
    }

    /// The line is there again.
    ///
    /// # Errors
    /// When the server does not come up.
    pub fn connect(&mut self) -> Result<()> {
        self.cut();
        std::fs::create_dir_all(&self.data)?;
        let mut serve = command(&self.program.to_string_lossy());
        serve.arg("serve").arg("--data").arg(&self.data);
        serve.args(["--listen", &self.address, "--log", "warn"]);
        let log = std::fs::File::create(self.data.with_extension("log"))?;
        serve.stdout(log.try_clone()?).stderr(log);
        self.running = Some(Program::start("clientele-server", &mut serve)?);
        let address = self.address.clone();
        wait_for("head office's server", PATIENCE, || {
            Ok(std::net::TcpStream::connect(&address).ok().map(drop))
        })
    }

    /// The line is cut.
    pub fn cut(&mut self) {
        self.running = None;
    }

    /// A pairing code: `--all` for head office's own device, `--branch=NAME` for one of a branch, which is made if there
    /// is none of this name.
    ///
    /// # Errors
    /// When the server's command line refuses.
    pub fn code(&self, belongs: &str) -> Result<String> {
        let mut pair = Command::new(&self.program);
        pair.arg("pair").arg("--data").arg(&self.data);
        pair.args([belongs, "--address", &self.address, "--company", &self.company]);
        if let Some(name) = belongs.strip_prefix("--branch=") {
            // The first branch needs no word more, and before it there may be no company to ask.
            let mut branches = Command::new(&self.program);
            branches.arg("branches").arg("--data").arg(&self.data);
            let known = output(&mut branches).unwrap_or_default();
            let is_known = known.lines().any(|line| line.ends_with(&format!("\t{name}")));
            if !known.is_empty() && !is_known {
                pair.arg("--new-branch");
            }
        }
        let told = output(&mut pair)?;
        let code = told
            .lines()
            .map(str::trim)
            .find(|line| line.len() > 40 && line.contains('-') && !line.contains(' '));
        code.map(str::to_owned)
            .ok_or_else(|| Error::new(format!("no code in {told:?}")))
    }
}

fn built_server() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CLIENTELE_SERVER") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    let target = own
        .ancestors()
        .find(|folder| folder.join("clientele-server").is_file());
    target
        .map(|folder| folder.join("clientele-server"))
        .ok_or_else(|| {
            Error::new("the server is not built: `cargo xtask test --window` builds it and runs these tests")
        })
}
