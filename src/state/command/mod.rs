//! What a person can have done by name or by key: a closed list of commands, what is offered when, and what each does.

mod find;
mod keys;
mod run;

use crate::messages::text;
use crate::state::{Pane, Side, SidePanes, Theme};
use crate::types::{ColumnId, DocumentId};
pub use find::find;
pub use keys::{BOUND, FIXED, Place, Press, Shortcuts, label};
pub use run::{is_mac, with_press};

/// Something to be done, by its name in the palette or by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Show the command palette.
    Palette,
    /// List the keys.
    Shortcuts,
    /// Go to the question.
    FocusQuestion,
    /// Ask the question of the composer.
    Ask,
    /// Stop the search and all columns.
    StopAll,
    /// Ask the question of the run on the screen again.
    AskAgain,
    /// Ask a question that follows up on it.
    FollowUp,
    /// Take the run away as a file.
    ExportRun,
    /// Go to the next column.
    NextColumn,
    /// Go to the one before.
    PreviousColumn,
    /// Go to the next citation of the column.
    NextCitation,
    /// Go to the one before.
    PreviousCitation,
    /// Close the document viewer.
    CloseDocument,
    /// Add a column.
    AddColumn,
    /// Add columns of one model at several hosts.
    CompareHosts,
    /// Show the columns kept under names.
    ColumnSets,
    /// Show the recipes.
    Recipes,
    /// Make columns from lists.
    Vary,
    /// Compare the evidence of recipes, or stop that.
    CompareRetrieval,
    /// Pick files to add.
    AddFiles,
    /// Make a document of text.
    PasteText,
    /// Add the sample.
    TrySample,
    /// Show the questions that come with the sample.
    SampleQuestions,
    /// Show the stored runs.
    History,
    /// Show keys, network log, spending and health.
    Providers,
    /// Show the settings.
    Settings,
    /// Hide a side pane, or show it.
    TogglePane(Side),
    /// Use the next theme.
    NextTheme,
    /// Go to a column.
    GoToColumn(ColumnId),
    /// Change a column.
    EditColumn(ColumnId),
    /// Open a document in the viewer.
    OpenDocument(DocumentId),
}

/// What decides which commands are offered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Something is typed as the question.
    pub has_question: bool,
    /// A search or a column is under way.
    pub is_busy: bool,
    /// A run is on the screen.
    pub has_run: bool,
    /// The columns are today's, not those of a run from history.
    pub is_of_today: bool,
    /// A document is open.
    pub is_viewing: bool,
    /// There is room for a column.
    pub can_add_column: bool,
    /// The sample can be added.
    pub can_try_sample: bool,
    /// Documents of the sample are there.
    pub has_sample: bool,
    /// The side panes.
    pub panes: SidePanes,
    /// The theme.
    pub theme: Theme,
    /// The columns, by the names that tell them apart.
    pub columns: Vec<(ColumnId, String)>,
    /// The documents that can be opened.
    pub documents: Vec<(DocumentId, String)>,
    /// The keys.
    pub shortcuts: Shortcuts,
}

/// A command as it is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What it does.
    pub command: Command,
    /// Its name.
    pub title: String,
    /// Other words for it.
    pub keywords: &'static str,
    /// Its key, as stored; empty where it has none.
    pub shortcut: String,
}

impl Command {
    /// Its name; of one that a thing belongs to, without the thing's name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Palette => n!("Command palette"),
            Self::Shortcuts => n!("Keyboard shortcuts"),
            Self::FocusQuestion => n!("Go to the question"),
            Self::Ask => n!("Ask"),
            Self::StopAll => n!("Stop all"),
            Self::AskAgain => n!("Ask again"),
            Self::FollowUp => n!("Follow up"),
            Self::ExportRun => n!("Export run"),
            Self::NextColumn => n!("Next column"),
            Self::PreviousColumn => n!("Previous column"),
            Self::NextCitation => n!("Next citation"),
            Self::PreviousCitation => n!("Previous citation"),
            Self::CloseDocument => n!("Close the document"),
            Self::AddColumn => n!("Add column"),
            Self::CompareHosts => n!("Compare hosts"),
            Self::ColumnSets => n!("Column sets"),
            Self::Recipes => n!("Recipes"),
            Self::Vary => n!("Vary"),
            Self::CompareRetrieval => n!("Compare retrieval"),
            Self::AddFiles => n!("Add documents"),
            Self::PasteText => n!("Paste text"),
            Self::TrySample => n!("Try the sample"),
            Self::SampleQuestions => n!("Sample questions"),
            Self::History => n!("History"),
            Self::Providers => n!("Providers"),
            Self::Settings => n!("Settings"),
            Self::TogglePane(_) => n!("Hide or show a pane"),
            Self::NextTheme => n!("Theme"),
            Self::GoToColumn(_) => n!("Go to column"),
            Self::EditColumn(_) => n!("Edit column"),
            Self::OpenDocument(_) => n!("Open"),
        }
    }

    /// Other words by which a person may look for it.
    fn keywords(self) -> &'static str {
        match self {
            Self::Palette | Self::Ask | Self::CloseDocument => "",
            Self::Shortcuts => n!("keys hotkeys help"),
            Self::FocusQuestion => n!("focus prompt textbox"),
            Self::StopAll => n!("cancel abort"),
            Self::AskAgain => n!("rerun retry repeat search"),
            Self::FollowUp => n!("condense reply"),
            Self::ExportRun => n!("copy download markdown json save share"),
            Self::NextColumn | Self::PreviousColumn | Self::GoToColumn(_) => n!("answer model jump"),
            Self::NextCitation | Self::PreviousCitation => n!("source passage"),
            Self::AddColumn => n!("model provider new"),
            Self::CompareHosts => n!("same model providers price speed"),
            Self::ColumnSets => n!("save load restore columns preset"),
            Self::Recipes => n!("chunking retrieval index embedder reranker rag pipeline"),
            Self::Vary => n!("grid sweep parameters combinations columns recipes"),
            Self::CompareRetrieval => n!("evidence passages ranks side by side recipes"),
            Self::EditColumn(_) => n!("rename model parameters temperature system prompt"),
            Self::AddFiles => n!("files upload folder"),
            Self::PasteText => n!("clipboard document"),
            Self::TrySample => n!("demo example documents"),
            Self::SampleQuestions => n!("examples demo ask"),
            Self::History => n!("runs earlier"),
            Self::Providers => n!("keys vault network log spending limits health"),
            Self::Settings => n!("prompt template system chunking retrieval embedder reranker preferences"),
            Self::TogglePane(_) => n!("panel sidebar collapse layout"),
            Self::NextTheme => n!("dark light colours appearance"),
            Self::OpenDocument(_) => n!("document view file"),
        }
    }
}

/// What the palette offers now, in order.
pub fn offered(context: &Context) -> Vec<Offer> {
    let plain = [
        (Command::FocusQuestion, true),
        (Command::Ask, context.has_question),
        (Command::StopAll, context.is_busy),
        (Command::AskAgain, context.has_run),
        (Command::FollowUp, context.has_run),
        (Command::ExportRun, context.has_run),
        (Command::AddColumn, context.can_add_column),
        (Command::CompareHosts, context.can_add_column),
        (Command::ColumnSets, true),
        (Command::Recipes, true),
        (Command::Vary, true),
        (Command::CompareRetrieval, true),
        (Command::AddFiles, true),
        (Command::PasteText, true),
        (Command::TrySample, context.can_try_sample),
        (Command::SampleQuestions, context.has_sample),
        (Command::CloseDocument, context.is_viewing),
        (Command::History, true),
        (Command::Providers, true),
        (Command::Settings, true),
        (Command::TogglePane(Side::Documents), true),
        (Command::TogglePane(Side::Evidence), true),
        (Command::NextTheme, true),
        (Command::Shortcuts, true),
    ];
    let plain = plain.into_iter().filter(|(_, is_offered)| *is_offered);
    let plain = plain.map(|(command, _)| offer(command, title(command, context), context));
    let of_thing =
        |command: Command, name: &str| offer(command, format!("{} {name}", text(command.title())), context);
    let columns = context.columns.iter().flat_map(|(id, name)| {
        let edit = context.is_of_today.then(|| of_thing(Command::EditColumn(*id), name));
        [of_thing(Command::GoToColumn(*id), name)].into_iter().chain(edit)
    });
    let documents = context.documents.iter().map(|(id, name)| of_thing(Command::OpenDocument(*id), name));
    plain.chain(columns).chain(documents).collect()
}

fn offer(command: Command, title: String, context: &Context) -> Offer {
    let shortcut = context.shortcuts.of(command).unwrap_or_default().to_owned();
    Offer { command, title, keywords: text(command.keywords()), shortcut }
}

/// The name that says what will be the case.
fn title(command: Command, context: &Context) -> String {
    match command {
        Command::TogglePane(side) => {
            if context.panes.pane(side).collapsed { side.show() } else { side.hide() }.to_owned()
        }
        Command::NextTheme => {
            t!("Theme: use {theme}", theme = text(context.theme.next().name()))
        }
        command => text(command.title()).to_owned(),
    }
}

impl Side {
    /// The pane of its content, where only one fits.
    fn pane(self) -> Pane {
        match self {
            Self::Documents => Pane::Documents,
            Self::Evidence => Pane::Evidence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(context: &Context) -> Vec<String> {
        offered(context).into_iter().map(|offer| offer.title).collect()
    }

    #[test]
    fn what_cannot_be_done_is_not_offered() {
        let first = Context { can_add_column: true, can_try_sample: true, ..Context::default() };
        let at_first = titles(&first);
        for absent in ["Ask", "Stop all", "Ask again", "Follow up", "Export run", "Close the document"] {
            assert!(!at_first.iter().any(|title| title == absent), "{absent}");
        }
        let later = Context {
            has_question: true,
            is_busy: true,
            has_run: true,
            is_viewing: true,
            is_of_today: true,
            columns: vec![(ColumnId(3), "m (2)".into())],
            documents: vec![(crate::types::Sha256([0; 32]), "a.txt".into())],
            ..Context::default()
        };
        let later = titles(&later);
        for present in [
            "Ask",
            "Stop all",
            "Ask again",
            "Follow up",
            "Export run",
            "Go to column m (2)",
            "Edit column m (2)",
            "Open a.txt",
        ] {
            assert!(later.iter().any(|title| title == present), "{present}");
        }
        for absent in ["Add column", "Compare hosts", "Try the sample"] {
            assert!(!later.iter().any(|title| title == absent), "{absent}");
        }
    }

    #[test]
    fn a_title_says_what_will_be_the_case_and_no_two_are_the_same() {
        let mut context = Context { theme: Theme::Light, ..Context::default() };
        context.panes.pane_mut(Side::Evidence).collapsed = true;
        let mut all = titles(&context);
        for title in ["Hide documents", "Show evidence", "Theme: use dark"] {
            assert!(all.iter().any(|other| other == title), "{title}");
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
