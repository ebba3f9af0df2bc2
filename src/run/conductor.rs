use super::Found;
use crate::types::{
    AnswerState, Attempt, CallFailure, ChatEvent, Column, ColumnId, Cost, Evidence, FailureCause, Recipe,
    RecipeId, Retrieval, Rewritten, Run, RunAnswer, Sent, problem,
};
use std::sync::Arc;

/// One asking of one column: what an older turn still says is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn(pub u32);

/// A column to ask, with the names under which it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The column.
    pub column: Column,
    /// The model's name as shown.
    pub name: String,
    /// Where the model runs, as shown.
    pub place: String,
}

/// What the caller has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Retrieve evidence by this recipe, then call `Conductor::found`. Of recipes that retrieve alike only one is searched for.
    Search(RecipeId),
    /// Nobody waits for this search any more.
    CancelSearch(RecipeId),
    /// Put the question to this column, then report each `ColumnEvent` of that turn.
    Ask {
        /// The column.
        column: ColumnId,
        /// The turn that its events belong to.
        turn: Turn,
        /// The frozen evidence; nothing for a baseline.
        evidence: Option<Arc<Evidence>>,
    },
    /// Abort the call of this turn.
    Stop {
        /// The column.
        column: ColumnId,
        /// The turn.
        turn: Turn,
    },
    /// The answer of this column has ended, one way or another: say so, and store the run.
    Ended(ColumnId),
    /// Store the run.
    Store,
}

/// What happens to a column in a turn. Times are milliseconds after the turn was handed over.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnEvent {
    /// What is sent, before the first byte leaves.
    Sent(Sent),
    /// A step of the answer.
    Chat(ChatEvent, f64),
    /// Nothing more will come.
    Ended {
        /// When.
        at_millis: f64,
        /// What it cost; nothing when that is unknown.
        cost: Option<Cost>,
        /// The tries it took.
        attempts: Vec<Attempt>,
    },
    /// It failed before or after anything was sent.
    Failed(CallFailure, f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    AwaitingEvidence,
    Asked,
    Over,
}

#[derive(Clone, Copy, Debug)]
struct ColumnTurn {
    column: ColumnId,
    turn: Turn,
    phase: Phase,
}

/// The state machine of one run.
#[derive(Clone, Debug, Default)]
pub struct Conductor {
    run: Run,
    turns: Vec<ColumnTurn>,
    last_turn: u32,
}

impl Conductor {
    /// Begins `run`, which has a question and no answers yet, over `columns`. `recipes` are those that the columns name; with
    /// no column at all the evidence of every recipe is retrieved all the same: it is an answer of its own.
    pub fn start(run: Run, recipes: Vec<(RecipeId, Recipe)>, columns: Vec<Asked>) -> (Self, Vec<Command>) {
        let mut conductor = Self { run, ..Self::default() };
        let is_used = |id: RecipeId| {
            columns.is_empty()
                || columns.iter().any(|asked| asked.column.with_documents && asked.column.recipe == id)
        };
        let used = recipes.into_iter().filter(|(id, _)| is_used(*id));
        conductor.run.retrievals =
            used.map(|(id, recipe)| Retrieval { id, recipe, ..Retrieval::default() }).collect();
        let retrievals = &conductor.run.retrievals;
        let is_first = |(at, retrieval): &(usize, &Retrieval)| {
            let mut before = retrievals.iter().take(*at);
            !before.any(|other| other.recipe.retrieves_like(&retrieval.recipe))
        };
        let searched = retrievals.iter().enumerate().filter(is_first);
        let mut commands: Vec<Command> =
            searched.map(|(_, retrieval)| Command::Search(retrieval.id)).collect();
        for asked in columns {
            commands.extend(conductor.add(asked));
        }
        // The searches of the columns' recipes are in the list already.
        commands.dedup();
        (conductor, commands)
    }

    /// Takes up a run that was stored. Whatever was under way then was interrupted.
    pub fn reopen(mut run: Run) -> Self {
        run.interrupt();
        let over =
            |answer: &RunAnswer| ColumnTurn { column: answer.column.id, turn: Turn(0), phase: Phase::Over };
        let turns = run.answers.iter().map(over).collect();
        Self { run, turns, last_turn: 0 }
    }

    /// The run as it stands.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The run, for what the person writes on it: name, star, notes, thumbs.
    pub fn run_mut(&mut self) -> &mut Run {
        &mut self.run
    }

    /// Whether anything is still to come.
    pub fn is_busy(&self) -> bool {
        self.is_searching() || self.turns.iter().any(|turn| turn.phase != Phase::Over)
    }

    /// Whether evidence is being retrieved.
    pub fn is_searching(&self) -> bool {
        self.run.retrievals.iter().any(|retrieval| retrieval.outcome.is_none())
    }

    /// Whether `turn` is the column's current one and still under way.
    pub fn is_current(&self, column: ColumnId, turn: Turn) -> bool {
        self.turn_of(column).is_some_and(|found| found.turn == turn && found.phase != Phase::Over)
    }

    /// The newest turn of a column.
    pub fn turn(&self, column: ColumnId) -> Turn {
        self.turn_of(column).map(|found| found.turn).unwrap_or_default()
    }

    /// The column's turn, while it is under way.
    pub fn current(&self, column: ColumnId) -> Option<Turn> {
        self.turn_of(column).filter(|found| found.phase != Phase::Over).map(|found| found.turn)
    }

    /// Adds a column: it is asked over the evidence of its recipe.
    pub fn add(&mut self, asked: Asked) -> Vec<Command> {
        let id = asked.column.id;
        self.run.answers.retain(|answer| answer.column.id != id);
        self.run.answers.push(RunAnswer::new(asked.column, asked.name, asked.place));
        self.turns.retain(|turn| turn.column != id);
        self.turns.push(ColumnTurn { column: id, turn: Turn(0), phase: Phase::Over });
        self.ask(id)
    }

    /// Adds a column whose recipe the run may not have yet.
    pub fn add_with(&mut self, asked: Asked, recipe: Recipe) -> Vec<Command> {
        let id = asked.column.recipe;
        if asked.column.with_documents && self.run.retrieval(id).is_none() {
            let twin = self.run.retrievals.iter().find(|other| other.recipe.retrieves_like(&recipe)).cloned();
            let mut commands: Vec<Command> =
                twin.is_none().then_some(Command::Search(id)).into_iter().collect();
            let name = String::new();
            self.run.retrievals.push(Retrieval { id, name, recipe, ..twin.unwrap_or_default() });
            commands.extend(self.add(asked));
            return commands;
        }
        self.add(asked)
    }

    /// Asks a column again, over the frozen evidence of its recipe; note and thumb were about the old answer and go. A recipe
    /// whose search has failed is searched again.
    pub fn ask_column(&mut self, column: ColumnId, now_millis: f64) -> Vec<Command> {
        let mut commands = self.stop(column, now_millis);
        let Some(answer) = self.run.answer_mut(column) else { return commands };
        *answer = RunAnswer::new(answer.column.clone(), answer.name.clone(), answer.place.clone());
        let (recipe, with_documents) = (answer.column.recipe, answer.column.with_documents);
        if let Some(retrieval) = self.retrieval_mut(recipe).filter(|_| with_documents)
            && retrieval.error().is_some()
        {
            retrieval.outcome = None;
            commands.push(Command::Search(recipe));
        }
        commands.extend(self.ask(column));
        commands
    }

    /// A search has ended. Ignored unless it was wanted: evidence that is there never changes.
    pub fn found(&mut self, recipe: RecipeId, found: Found) -> Vec<Command> {
        if self.run.retrieval(recipe).is_none_or(|retrieval| retrieval.outcome.is_some()) {
            return Vec::new();
        }
        let alike = self.alike(recipe);
        let waits = |retrieval: &&mut Retrieval| alike.contains(&retrieval.id) && retrieval.outcome.is_none();
        for retrieval in self.run.retrievals.iter_mut().filter(waits) {
            match &found {
                Ok(searched) => searched.note(retrieval),
                Err(error) => retrieval.outcome = Some(Err(error.clone())),
            }
        }
        let mut commands = vec![Command::Store];
        let waiting: Vec<ColumnId> = self
            .turns
            .iter()
            .filter(|turn| turn.phase == Phase::AwaitingEvidence)
            .map(|turn| turn.column)
            .collect();
        let of_recipe = |column: &ColumnId| {
            self.run.answer(*column).is_some_and(|answer| alike.contains(&answer.column.recipe))
        };
        let waiting: Vec<ColumnId> = waiting.into_iter().filter(of_recipe).collect();
        for column in waiting {
            commands.extend(self.hand_over(column));
        }
        commands
    }

    /// A model was asked to rewrite the question for a recipe's search. Noted as soon as it is known, whatever becomes of the search: it
    /// has its price all the same.
    pub fn rewritten(&mut self, recipe: RecipeId, rewritten: &Rewritten) {
        let alike = self.alike(recipe);
        let no_evidence =
            |retrieval: &&mut Retrieval| alike.contains(&retrieval.id) && retrieval.evidence().is_none();
        for retrieval in self.run.retrievals.iter_mut().filter(no_evidence) {
            retrieval.rewritten = Some(rewritten.clone());
        }
    }

    /// Something happened in a turn. Ignored unless that turn is the column's current one.
    pub fn on_event(&mut self, column: ColumnId, turn: Turn, event: ColumnEvent) -> Vec<Command> {
        let Some(found) = self.turn_of(column).copied().filter(|found| found.turn == turn) else {
            return Vec::new();
        };
        let Some(answer) = self.run.answer_mut(column) else { return Vec::new() };
        if found.phase == Phase::Over {
            // What was stopped has its price all the same.
            if let ColumnEvent::Ended { cost, attempts, .. } = event {
                (answer.cost, answer.attempts) = (cost, attempts);
                return vec![Command::Store];
            }
            return Vec::new();
        }
        match event {
            ColumnEvent::Sent(sent) => answer.sent = Some(sent),
            // A failure inside the stream is not the end: cost and attempts follow with `Ended`.
            ColumnEvent::Chat(event, at_millis) => answer.answer.apply(&event, at_millis),
            ColumnEvent::Ended { at_millis, cost, attempts } => {
                answer.answer.end(AnswerState::Done, at_millis);
                (answer.cost, answer.attempts) = (cost, attempts);
                return self.end(column);
            }
            ColumnEvent::Failed(failure, at_millis) => {
                answer.answer.apply(&ChatEvent::Failed(failure), at_millis);
                return self.end(column);
            }
        }
        Vec::new()
    }

    /// Stops a column; what it has said stays. A search that nobody else waits for is cancelled.
    pub fn stop(&mut self, column: ColumnId, now_millis: f64) -> Vec<Command> {
        let Some(found) = self.turn_of(column).copied().filter(|found| found.phase != Phase::Over) else {
            return Vec::new();
        };
        if let Some(answer) = self.run.answer_mut(column) {
            answer.answer.end(AnswerState::Stopped, now_millis);
        }
        let mut commands = match found.phase {
            Phase::Asked => vec![Command::Stop { column, turn: found.turn }],
            _ => Vec::new(),
        };
        commands.extend(self.end(column));
        if found.phase == Phase::AwaitingEvidence
            && let Some(recipe) = self.run.answer(column).map(|answer| answer.column.recipe)
            && !self.is_awaited(recipe)
        {
            commands.extend(self.cancel_search(recipe));
        }
        commands
    }

    /// Stops every search and every column. `elapsed` says how long a column's turn has taken.
    pub fn stop_all(&mut self, elapsed: impl Fn(ColumnId) -> f64) -> Vec<Command> {
        let columns: Vec<ColumnId> = self.turns.iter().map(|turn| turn.column).collect();
        let mut commands: Vec<Command> =
            columns.into_iter().flat_map(|column| self.stop(column, elapsed(column))).collect();
        let searching: Vec<RecipeId> = self
            .run
            .retrievals
            .iter()
            .filter(|retrieval| retrieval.outcome.is_none())
            .map(|retrieval| retrieval.id)
            .collect();
        commands.extend(searching.into_iter().flat_map(|recipe| self.cancel_search(recipe)));
        commands
    }

    /// Begins a turn: over evidence that is there, or as soon as it is.
    fn ask(&mut self, column: ColumnId) -> Vec<Command> {
        self.last_turn += 1;
        let turn = Turn(self.last_turn);
        if let Some(found) = self.turns.iter_mut().find(|found| found.column == column) {
            (found.turn, found.phase) = (turn, Phase::AwaitingEvidence);
        }
        self.hand_over(column)
    }

    /// Hands a waiting column its evidence, or its failure.
    fn hand_over(&mut self, column: ColumnId) -> Vec<Command> {
        let Some(answer) = self.run.answer(column) else { return Vec::new() };
        let evidence = if answer.column.with_documents {
            match self.run.retrieval(answer.column.recipe).map(|retrieval| &retrieval.outcome) {
                Some(None) => return Vec::new(),
                Some(Some(Ok(evidence))) => Some(Arc::clone(evidence)),
                Some(Some(Err(_))) | None => return self.fail_without_evidence(column),
            }
        } else {
            None
        };
        let Some(found) = self.turns.iter_mut().find(|found| found.column == column) else {
            return Vec::new();
        };
        found.phase = Phase::Asked;
        vec![Command::Ask { column, turn: found.turn, evidence }]
    }

    /// The reason stands once, with the run; the column only says that it has nothing to answer from.
    fn fail_without_evidence(&mut self, column: ColumnId) -> Vec<Command> {
        let failure = CallFailure::new(FailureCause::NoEvidence, problem::run::no_evidence());
        if let Some(answer) = self.run.answer_mut(column) {
            answer.answer.apply(&ChatEvent::Failed(failure), 0.0);
        }
        self.end(column)
    }

    fn end(&mut self, column: ColumnId) -> Vec<Command> {
        if let Some(found) = self.turns.iter_mut().find(|found| found.column == column) {
            found.phase = Phase::Over;
        }
        vec![Command::Ended(column)]
    }

    fn cancel_search(&mut self, recipe: RecipeId) -> Vec<Command> {
        let alike = self.alike(recipe);
        let waits = |retrieval: &&mut Retrieval| alike.contains(&retrieval.id) && retrieval.outcome.is_none();
        let mut commands = Vec::new();
        for retrieval in self.run.retrievals.iter_mut().filter(waits) {
            retrieval.outcome = Some(Err(problem::run::search_stopped()));
            commands.push(Command::CancelSearch(retrieval.id));
        }
        commands
    }

    /// That recipe and those that retrieve as it does: one search is for all of them.
    fn alike(&self, recipe: RecipeId) -> Vec<RecipeId> {
        let Some(own) = self.run.retrieval(recipe) else { return Vec::new() };
        let retrievals = self.run.retrievals.iter();
        retrievals.filter(|other| other.recipe.retrieves_like(&own.recipe)).map(|other| other.id).collect()
    }

    /// Whether any column waits for the evidence of `recipe`, or of one that retrieves alike.
    fn is_awaited(&self, recipe: RecipeId) -> bool {
        let alike = self.alike(recipe);
        self.turns.iter().any(|turn| {
            turn.phase == Phase::AwaitingEvidence
                && self.run.answer(turn.column).is_some_and(|answer| alike.contains(&answer.column.recipe))
        })
    }

    fn turn_of(&self, column: ColumnId) -> Option<&ColumnTurn> {
        self.turns.iter().find(|turn| turn.column == column)
    }

    fn retrieval_mut(&mut self, recipe: RecipeId) -> Option<&mut Retrieval> {
        self.run.retrievals.iter_mut().find(|retrieval| retrieval.id == recipe)
    }
}
