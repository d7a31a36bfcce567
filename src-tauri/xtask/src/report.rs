//! What was checked, how much of it passed, and the summary at the end.

use std::time::Instant;

use crate::sh::Result;

/// How a part of the checks went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests, or single checks, that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Tests that say of themselves that they are not to be run.
    pub skipped: usize,
}

impl Counts {
    /// One check without parts.
    pub const ONE: Self = Self {
        passed: 1,
        failed: 0,
        skipped: 0,
    };
}

struct Line {
    name: &'static str,
    counts: Counts,
    seconds: f32,
    complaint: Option<String>,
}

/// The checks so far.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// Goes through one part under its heading. A part that breaks counts as one failure, and the next is gone through
    /// all the same.
    pub fn check(&mut self, name: &'static str, part: impl FnOnce() -> Result<Counts>) {
        eprintln!("\n== {name}");
        let start = Instant::now();
        let (counts, complaint) = match part() {
            Ok(counts) => (counts, None),
            Err(error) => (
                Counts {
                    failed: 1,
                    ..Counts::default()
                },
                Some(error.to_string()),
            ),
        };
        if let Some(complaint) = &complaint {
            eprintln!("{complaint}");
        }
        self.lines.push(Line {
            name,
            counts,
            seconds: start.elapsed().as_secs_f32(),
            complaint,
        });
    }

    /// Prints the summary; its last line is `N passed, N failed`.
    pub fn finish(self) -> Result {
        let mut total = Counts::default();
        println!("\n== Summary");
        for Line {
            name,
            counts,
            seconds,
            complaint,
        } in &self.lines
        {
            total.passed += counts.passed;
            total.failed += counts.failed;
            total.skipped += counts.skipped;
            let mark = if counts.failed == 0 { "ok    " } else { "FAILED" };
            let skipped = if counts.skipped > 0 {
                format!(", {} skipped", counts.skipped)
            } else {
                String::new()
            };
            println!(
                "{mark} {name:<28} {} passed, {} failed{skipped} ({seconds:.1} s)",
                counts.passed, counts.failed
            );
            if let Some(first) = complaint
                .as_deref()
                .and_then(|complaint| complaint.lines().next())
            {
                println!("       {first}");
            }
        }
        if total.skipped > 0 {
            println!(
                "{} tests were skipped: they say so in their source.",
                total.skipped
            );
        }
        println!("{} passed, {} failed", total.passed, total.failed);
        if total.failed == 0 {
            Ok(())
        } else {
            Err("Not everything is in order: see above.".into())
        }
    }
}

/// Reads the totals of `cargo test`, `cargo nextest` and `vitest` from what they printed.
pub fn read_counts(text: &str) -> Counts {
    let lines: Vec<String> = text.lines().map(without_colours).collect();
    let of = |tool: fn(&str) -> bool| {
        lines
            .iter()
            .map(|line| line.trim())
            .filter(move |line| tool(line))
    };
    // Nextest shows the output of a test that failed, and the totals of `cargo test` are part of that.
    let is_nextest = |line: &str| line.starts_with("Summary [") && line.contains("run:");
    let mut totals: Vec<&str> = of(is_nextest)
        .filter_map(|line| line.split_once("run:"))
        .map(|(_, rest)| rest)
        .collect();
    if totals.is_empty() {
        totals.extend(of(|line| {
            line.starts_with("test result:") || line.starts_with("Tests  ")
        }));
    }
    let mut counts = Counts::default();
    // Each as "7 passed", "1 failed", before a comma, semicolon, bar or full stop.
    for part in totals.iter().flat_map(|total| total.split([',', ';', '|', '.'])) {
        let mut words = part
            .split_whitespace()
            .skip_while(|word| word.parse::<usize>().is_err());
        let number = words
            .next()
            .and_then(|word| word.parse::<usize>().ok())
            .unwrap_or(0);
        match words.next() {
            Some("passed") => counts.passed += number,
            Some("failed" | "timed") => counts.failed += number,
            Some("skipped" | "ignored" | "todo") => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain += before;
        rest = after
            .split_once(|end: char| end.is_ascii_alphabetic())
            .map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_tools_totals() {
        let check = |text, passed, failed, skipped| {
            assert_eq!(
                read_counts(text),
                Counts {
                    passed,
                    failed,
                    skipped
                }
            )
        };
        check(
            "test result: ok. 8 passed; 0 failed; 2 ignored; 0 measured; 1 filtered out; finished in 0.20s",
            8,
            0,
            2,
        );
        check(
            "     Summary [   0.123s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 3 skipped",
            7,
            2,
            3,
        );
        check(
            "\u{1b}[32m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m passed",
            1,
            0,
            0,
        );
        check("      Tests  2 failed | 10 passed (12)", 10, 2, 0);
        check(
            " Test Files  1 passed (1)\n      Tests  3 passed | 1 skipped (4)",
            3,
            0,
            1,
        );
        check("1 passed, 5 failed", 0, 0, 0);
        check(
            "test result: FAILED. 0 passed; 1 failed\n Summary [ 1s] 3 tests run: 2 passed, 1 failed",
            2,
            1,
            0,
        );
    }

    #[test]
    fn a_broken_part_fails_the_whole() {
        let mut report = Report::default();
        report.check("good", || Ok(Counts::ONE));
        report.check("broken", || Err("no".into()));
        assert!(report.finish().is_err());
    }
}
