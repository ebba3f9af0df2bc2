//! What test runners print → how many tests passed, failed and were skipped.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::AddAssign;

/// The tally of one suite or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests that ran and held.
    pub passed: u32,
    /// Tests that ran and did not hold, or could not run though they had to.
    pub failed: u32,
    /// Tests that said they could not run here.
    pub skipped: u32,
}

impl Count {
    /// One check that held or did not.
    pub fn of(held: bool) -> Self {
        Self { passed: u32::from(held), failed: u32::from(!held), skipped: 0 }
    }

    /// A suite that could not run.
    pub fn failed_once() -> Self {
        Self::of(false)
    }

    /// Whether not even a skipped test is known of.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The summary form, which always names the skipped ones.
    pub fn with_skipped(self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Counts what Rust's test harness printed: `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
///
/// A test that lacks its data prints `skipped: …` and returns; with `--show-output` that stands below
/// `---- NAME stdout ----`, and the test moves from the passed to the skipped.
pub fn of_rust(lines: &[String]) -> Count {
    let mut count = Count::default();
    let mut test = String::new();
    // Names are unique within one binary only: a result line closes the binary.
    let mut skipping = BTreeSet::new();
    for line in lines {
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" ----")) {
            test = name.to_owned();
        } else if line.starts_with("skipped: ") && !test.is_empty() {
            skipping.insert(test.clone());
        } else if let Some(result) = line.trim_start().strip_prefix("test result: ") {
            let number = |word: &str| before(result, word);
            let skipped = u32::try_from(skipping.len()).unwrap_or(u32::MAX);
            count.passed += number("passed").saturating_sub(skipped);
            count.failed += number("failed");
            count.skipped += number("ignored") + skipped;
            skipping.clear();
            test.clear();
        }
    }
    count
}

/// Counts what Node's test runner printed at its end: `ℹ pass 4` or `# pass 4`.
pub fn of_node(lines: &[String]) -> Count {
    let after = |word: &str| {
        let value = lines.iter().rev().find_map(|line| {
            let mut words = line.split_whitespace();
            let marked = matches!(words.next(), Some("ℹ" | "#")) && words.next() == Some(word);
            marked.then(|| words.next()?.parse().ok()).flatten()
        });
        value.unwrap_or(0)
    };
    Count {
        passed: after("pass"),
        failed: after("fail") + after("cancelled"),
        skipped: after("skipped") + after("todo"),
    }
}

fn before(text: &str, word: &str) -> u32 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [number, name] if name.trim_end_matches([';', ',']) == word => number.parse::<u32>().ok(),
        _ => None,
    });
    pairs.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn rust_results_add_up_over_binaries() {
        let text = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s\n\
                    test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(of_rust(&lines(text)), Count { passed: 7, failed: 1, skipped: 1 });
    }

    #[test]
    fn a_test_that_says_skipped_counts_once_and_as_skipped() {
        let text = "---- a stdout ----\nskipped: x not found\nskipped: y not found\n---- b stdout ----\nfine\n\
                    test result: ok. 3 passed; 0 failed; 0 ignored";
        assert_eq!(of_rust(&lines(text)), Count { passed: 2, failed: 0, skipped: 1 });
    }

    #[test]
    fn node_results_are_read_in_both_forms() {
        let spec = "ℹ tests 4\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0";
        let tap = "# tests 4\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 1";
        let expected = Count { passed: 2, failed: 1, skipped: 1 };
        assert_eq!((of_node(&lines(spec)), of_node(&lines(tap))), (expected, expected));
        assert!(of_node(&lines("nothing")).is_empty());
    }

    #[test]
    fn the_closing_line_has_the_form_that_machines_read() {
        assert_eq!(Count { passed: 3, failed: 0, skipped: 0 }.to_string(), "3 passed, 0 failed");
        assert_eq!(Count { passed: 3, failed: 1, skipped: 2 }.to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
