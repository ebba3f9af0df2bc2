use super::Command;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Commands that have a key or can be given one: the name under which a change is stored, and the key they begin with. A key is a
/// character as the keyboard's layout makes it (`event.key`), or `Mod+` and one: Ctrl, on a Mac ⌘.
pub const BOUND: [(Command, &str, &str); 13] = [
    (Command::Palette, "palette", "Mod+k"),
    (Command::Shortcuts, "shortcuts", "?"),
    (Command::FocusQuestion, "question", "/"),
    (Command::NextColumn, "next-column", "j"),
    (Command::PreviousColumn, "previous-column", "k"),
    (Command::NextCitation, "next-citation", "]"),
    (Command::PreviousCitation, "previous-citation", "["),
    (Command::StopAll, "stop-all", ""),
    (Command::AskAgain, "ask-again", ""),
    (Command::AddColumn, "add-column", ""),
    (Command::History, "history", ""),
    (Command::Providers, "providers", ""),
    (Command::Settings, "settings", ""),
];

/// Keys that stay as they are.
pub const FIXED: [(&str, &str); 4] = [
    ("Esc", n!("Close the document or the dialog")),
    ("Enter", n!("In the question: ask")),
    ("Shift Enter", n!("In the question: new line")),
    ("← →", n!("On the border of a pane: its width")),
];

/// The keys that the person changed, and whether single characters are taken at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shortcuts {
    /// A single character does something outside of fields.
    pub single_keys: bool,
    /// By name of the command; empty for none.
    pub changed: BTreeMap<String, String>,
}

impl Default for Shortcuts {
    fn default() -> Self {
        Self { single_keys: true, changed: BTreeMap::new() }
    }
}

/// Where a key was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where nothing is typed.
    Page,
    /// In a field, where characters are text.
    Field,
    /// While a dialog is open, which has the keyboard.
    Dialog,
}

/// A key as the browser reports it.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub struct Press<'a> {
    /// `event.key`: what the layout makes of the key and its modifiers.
    pub key: &'a str,
    /// Ctrl.
    pub ctrl: bool,
    /// ⌘ or the Windows key.
    pub meta: bool,
    /// Alt; on a Mac ⌥, which makes characters.
    pub alt: bool,
    /// AltGr, which makes characters; some systems report it as Ctrl and Alt.
    pub alt_graph: bool,
    /// Shift.
    pub shift: bool,
    /// It belongs to a text that an input method is putting together.
    pub composing: bool,
    /// The keyboard is a Mac's.
    pub mac: bool,
}

impl Press<'_> {
    /// The key as it is stored; nothing for what is no character.
    pub fn chord(&self) -> Option<String> {
        let mut letters = self.key.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
        if self.composing || letter.is_whitespace() || letter.is_control() {
            return None;
        }
        let by_ctrl_alt = !self.mac && self.ctrl && self.alt && !letter.is_alphanumeric();
        let alt_graph = self.alt_graph || by_ctrl_alt;
        let ctrl = self.ctrl && !alt_graph;
        let alt = self.alt && !alt_graph && !self.mac;
        let (main, other) = if self.mac { (self.meta, ctrl) } else { (ctrl, self.meta) };
        let lower = letter.to_lowercase().to_string();
        match (main, other || alt) {
            (_, true) => None,
            (true, false) if self.shift => Some(format!("Mod+Shift+{lower}")),
            (true, false) => Some(format!("Mod+{lower}")),
            // Caps lock turns letters round; the key is the same.
            (false, false) if self.shift => Some(letter.to_uppercase().to_string()),
            (false, false) => Some(lower),
        }
    }
}

fn is_single(chord: &str) -> bool {
    !chord.starts_with("Mod+")
}

impl Shortcuts {
    /// The key of a command, as stored.
    pub fn of(&self, command: Command) -> Option<&str> {
        let (_, name, default) = BOUND.iter().find(|(bound, ..)| *bound == command)?;
        let chord = self.changed.get(*name).map_or(*default, String::as_str);
        (!chord.is_empty()).then_some(chord)
    }

    /// The command that has a key.
    pub fn command(&self, chord: &str) -> Option<Command> {
        BOUND.iter().map(|(command, ..)| *command).find(|command| self.of(*command) == Some(chord))
    }

    /// What a pressed key is to do.
    pub fn resolve(&self, press: Press<'_>, place: Place) -> Option<Command> {
        let chord = press.chord()?;
        let is_taken = match place {
            Place::Page => self.single_keys || !is_single(&chord),
            Place::Field => !is_single(&chord),
            Place::Dialog => false,
        };
        is_taken.then(|| self.command(&chord)).flatten()
    }

    /// Gives a command another key, or none; one that another command has stays with it, and that one is returned.
    pub fn change(&mut self, command: Command, chord: &str) -> Result<(), Command> {
        let Some((_, name, default)) = BOUND.iter().find(|(bound, ..)| *bound == command) else {
            return Ok(());
        };
        match self.command(chord).filter(|other| *other != command) {
            Some(other) => Err(other),
            None if chord == *default => {
                self.changed.remove(*name);
                Ok(())
            }
            None => {
                self.changed.insert((*name).to_owned(), chord.to_owned());
                Ok(())
            }
        }
    }
}

/// A key for people: `Mod+k` → `Ctrl K`.
pub fn label(chord: &str, mac: bool) -> String {
    match chord.strip_prefix("Mod+") {
        None => chord.to_owned(),
        Some(rest) => {
            let (shift, key) = rest.strip_prefix("Shift+").map_or(("", rest), |key| ("Shift ", key));
            format!("{} {shift}{}", if mac { "⌘" } else { "Ctrl" }, key.to_uppercase())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Press = Press {
        key: "",
        ctrl: false,
        meta: false,
        alt: false,
        alt_graph: false,
        shift: false,
        composing: false,
        mac: false,
    };

    fn on_page(press: Press) -> Option<Command> {
        Shortcuts::default().resolve(press, Place::Page)
    }

    #[test]
    fn characters_count_however_a_layout_makes_them() {
        assert_eq!(on_page(Press { key: "/", ..PLAIN }), Some(Command::FocusQuestion));
        // German: Shift+7, AltGr+8, AltGr+9; Windows reports AltGr as Ctrl+Alt, a Mac has ⌥5.
        assert_eq!(on_page(Press { key: "/", shift: true, ..PLAIN }), Some(Command::FocusQuestion));
        assert_eq!(on_page(Press { key: "[", alt_graph: true, ..PLAIN }), Some(Command::PreviousCitation));
        let windows = Press { key: "]", alt_graph: true, ctrl: true, alt: true, ..PLAIN };
        assert_eq!(on_page(windows), Some(Command::NextCitation));
        assert_eq!(on_page(Press { alt_graph: false, ..windows }), Some(Command::NextCitation));
        assert_eq!(
            on_page(Press { key: "[", alt: true, mac: true, ..PLAIN }),
            Some(Command::PreviousCitation)
        );
        assert_eq!(on_page(Press { key: "?", shift: true, ..PLAIN }), Some(Command::Shortcuts));
        // Caps lock.
        assert_eq!(on_page(Press { key: "J", ..PLAIN }), Some(Command::NextColumn));
        assert_eq!(on_page(Press { key: "j", shift: true, ..PLAIN }), None);
    }

    #[test]
    fn nothing_is_taken_from_fields_dialogs_input_methods_and_other_programs() {
        let shortcuts = Shortcuts::default();
        let j = Press { key: "j", ..PLAIN };
        let palette = Press { key: "k", ctrl: true, ..PLAIN };
        assert_eq!(shortcuts.resolve(j, Place::Field), None);
        assert_eq!(shortcuts.resolve(j, Place::Dialog), None);
        assert_eq!(shortcuts.resolve(palette, Place::Field), Some(Command::Palette));
        assert_eq!(shortcuts.resolve(palette, Place::Dialog), None);
        assert_eq!(on_page(Press { composing: true, ..j }), None);
        for other in [Press { ctrl: true, ..j }, Press { meta: true, ..j }, Press { alt: true, ..j }] {
            assert_eq!(on_page(other), None);
        }
        for key in ["Dead", "Process", "Enter", "Tab", " ", ""] {
            assert_eq!(on_page(Press { key, ..PLAIN }), None);
        }
        assert_eq!(on_page(Press { key: "k", meta: true, mac: true, ..PLAIN }), Some(Command::Palette));
        // On a Mac Ctrl+K deletes to the end of a line.
        assert_eq!(on_page(Press { mac: true, ..palette }), None);
        assert_eq!(on_page(Press { key: "K", shift: true, ..palette }), None);
    }

    #[test]
    fn a_key_is_changed_taken_away_and_given_back() {
        let mut shortcuts = Shortcuts::default();
        let press = |shortcuts: &Shortcuts, key| shortcuts.resolve(Press { key, ..PLAIN }, Place::Page);
        assert_eq!(shortcuts.change(Command::NextColumn, "k"), Err(Command::PreviousColumn));
        assert_eq!(shortcuts.change(Command::NextColumn, "ö"), Ok(()));
        assert_eq!(press(&shortcuts, "ö"), Some(Command::NextColumn));
        assert_eq!(press(&shortcuts, "j"), None);
        assert_eq!(shortcuts.change(Command::PreviousColumn, ""), Ok(()));
        assert_eq!(shortcuts.change(Command::NextCitation, ""), Ok(()));
        assert_eq!(press(&shortcuts, "k"), None);
        assert_eq!(shortcuts.change(Command::NextColumn, "j"), Ok(()));
        assert_eq!(shortcuts.changed.len(), 2);
        shortcuts.single_keys = false;
        assert_eq!(press(&shortcuts, "j"), None);
        let palette = Press { key: "k", ctrl: true, ..PLAIN };
        assert_eq!(shortcuts.resolve(palette, Place::Page), Some(Command::Palette));
    }

    #[test]
    fn no_two_commands_begin_with_one_key() {
        let mut chords: Vec<_> =
            BOUND.iter().map(|bound| bound.2).filter(|chord| !chord.is_empty()).collect();
        let count = chords.len();
        chords.sort_unstable();
        chords.dedup();
        assert_eq!(chords.len(), count);
        assert_eq!(label("Mod+Shift+k", false), "Ctrl Shift K");
        assert_eq!((label("Mod+k", true), label("]", true)), ("⌘ K".to_owned(), "]".to_owned()));
    }
}
