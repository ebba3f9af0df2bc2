//! The arguments after `cargo xtask test` → which suites run, and how.

use crate::Outcome;
use crate::build::Mode;

/// What a run was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// The suites by name; none means all quick ones.
    pub suites: Vec<String>,
    /// The slow suites as well.
    pub all: bool,
    /// The build that the end-to-end suite drives.
    pub mode: Mode,
    /// Parts of the names of the end-to-end specifications; none means every one.
    pub only: Vec<String>,
    /// How often the end-to-end specifications run.
    pub repeat: u32,
    /// How many cores are kept busy meanwhile.
    pub busy: u32,
}

/// Reads the arguments; suite names are checked by the caller.
pub fn read(arguments: &[String]) -> Outcome<Options> {
    let mut options =
        Options { suites: Vec::new(), all: false, mode: Mode::Release, only: Vec::new(), repeat: 1, busy: 0 };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{argument} wants a value"));
        match argument.as_str() {
            "--all" => options.all = true,
            "--dev" => options.mode = Mode::Develop,
            "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
            "--repeat" => options.repeat = number(argument, value()?)?.max(1),
            "--busy" => options.busy = number(argument, value()?)?,
            flag if flag.starts_with('-') => return Err(format!("test does not know `{flag}`")),
            suite => options.suites.push(suite.to_owned()),
        }
    }
    Ok(options)
}

fn number(flag: &str, value: &str) -> Outcome<u32> {
    value.parse().map_err(|_| format!("{flag} wants a number, not `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Outcome<Options> {
        read(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn suites_and_flags_mix() {
        let options = of("e2e --only egress,columns --repeat 10 --busy 2 --dev").unwrap();
        assert_eq!(
            (options.suites, options.only),
            (vec!["e2e".to_owned()], vec!["egress".into(), "columns".into()])
        );
        assert_eq!((options.repeat, options.busy, options.mode), (10, 2, Mode::Develop));
        assert!(of("--all").unwrap().all && !of("").unwrap().all);
    }

    #[test]
    fn a_wrong_flag_and_a_missing_value_are_refused() {
        assert!(of("--fast").is_err() && of("--repeat").is_err() && of("--busy two").is_err());
    }
}
