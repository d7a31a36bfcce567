//! What the command line takes about head office.

use clap::Subcommand;

/// A command about head office.
#[derive(Debug, Subcommand)]
pub enum Office {
    /// Pair this book with head office, and exchange all that was written.
    Pair {
        /// The code that head office gave; spaces, dashes and the case of letters do not matter.
        #[arg(required = true)]
        code: Vec<String>,
        /// What this device is to be called among the others.
        #[arg(long)]
        name: String,
    },
    /// How this book stands with head office.
    Status,
    /// Exchange changes now; exit code 1 when head office was not reached.
    Sync,
    /// End the pairing. Everything stays in the book.
    Leave,
    /// What two devices wrote without knowing of each other.
    Conflicts,
    /// Settle a conflict.
    Settle {
        /// Which, by the short number in the list of conflicts.
        id: String,
        /// What stays: the value that stands in the book now, or the one that was kept aside.
        #[arg(long, value_parser = ["standing", "losing"])]
        keep: String,
    },
    /// Changes of this book that head office did not take.
    Refused,
    /// The company's devices.
    Devices,
    /// Shut a device out: it gets nothing more. Only a device of head office may, and only over the line.
    Revoke {
        /// Which, by its name or its identifier in the list of devices.
        device: String,
    },
    /// The receipts of erasures: what was erased for good, and who has confirmed it.
    Erasures {
        /// Older than where the last part ended.
        #[arg(long, value_name = "PLACE")]
        before: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// The branches that this device sees.
    Branches,
}
