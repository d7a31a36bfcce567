//! The figures, as a table to read and a file to compare.

use std::path::PathBuf;

/// One line.
struct Line {
    name: String,
    ours: f64,
    baseline: f64,
    against: &'static str,
    unit: &'static str,
    goal: Option<Goal>,
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At least this share of the baseline.
    RatioAtLeast(f64),
    /// At most this share of the baseline.
    RatioAtMost(f64),
    /// At most this, in the line's unit.
    AtMost(f64),
    /// At least this, in the line's unit.
    AtLeast(f64),
}

/// The value in the middle: one busy moment does not move it.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// How busy the machine was, by its own account.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!(
        "load average {}; server, device and database share {cores} cores",
        load.trim()
    )
}

/// All lines.
pub struct Table(Vec<Line>);

impl Table {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a line; a baseline of 0 is none.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        (ours, unit): (f64, &'static str),
        (baseline, against): (f64, &'static str),
        goal: Option<Goal>,
    ) {
        let line = Line {
            name: name.into(),
            ours,
            baseline,
            against,
            unit,
            goal,
        };
        println!("{}", line.told());
        self.0.push(line);
    }

    pub fn print(&self) {
        println!("\n{}", load());
        println!("\n{:=<140}", "");
        self.0.iter().for_each(|line| println!("{}", line.told()));
    }

    /// Writes `target/bench.json`.
    pub fn write(&self) -> std::io::Result<()> {
        let lines: Vec<_> = self.0.iter().map(Line::json).collect();
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target");
        std::fs::create_dir_all(&root)?;
        std::fs::write(root.join("bench.json"), serde_json::json!(lines).to_string())
    }
}

impl Line {
    fn ratio(&self) -> Option<f64> {
        (self.baseline > 0.0).then(|| self.ours / self.baseline)
    }

    fn is_met(&self) -> Option<bool> {
        match self.goal? {
            Goal::RatioAtLeast(goal) => self.ratio().map(|ratio| ratio >= goal),
            Goal::RatioAtMost(goal) => self.ratio().map(|ratio| ratio <= goal),
            Goal::AtMost(goal) => Some(self.ours <= goal),
            Goal::AtLeast(goal) => Some(self.ours >= goal),
        }
    }

    fn told(&self) -> String {
        let ratio = self.ratio().map_or_else(String::new, |ratio| {
            format!("{ratio:.4} of {} ({:.0})", self.against, self.baseline)
        });
        let goal = match self.goal {
            Some(Goal::RatioAtLeast(goal)) => format!("goal {goal:.3} at least"),
            Some(Goal::RatioAtMost(goal)) => format!("goal {goal:.4} at most"),
            Some(Goal::AtMost(goal)) => format!("goal {goal} at most"),
            Some(Goal::AtLeast(goal)) => format!("goal {goal} at least"),
            None => String::new(),
        };
        let met = match self.is_met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        format!(
            "{:<66} {:>12.1} {:<10} {ratio:<40} {goal} {met}",
            self.name, self.ours, self.unit
        )
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name, "ours": self.ours, "baseline": self.baseline, "against": self.against,
            "ratio": self.ratio(), "unit": self.unit, "goal": format!("{:?}", self.goal), "met": self.is_met(),
        })
    }
}
