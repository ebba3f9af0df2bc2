//! The conductor: every order of events, stop, run again, ask again, follow-up, history.

use crate::support::InWords;
use sidecite::run::{
    Asked, Change, ColumnEvent, Command, Conductor, HistoryLimits, Searched, Turn, changes,
    condense_messages, condensed, expired, joined,
};
use sidecite::types::{
    AnswerState, CallFailure, ChatEvent, Column, ColumnId, Cost, Evidence, FailureCause, ModelRef,
    PromptTemplate, QueryRewrite, Recipe, RecipeId, RetrievalSettings, RewriteKind, Rewritten, Run, RunId,
    RunSummary, SearchTiming, Thumb, UserError, problem, sha256,
};
use std::collections::BTreeMap;
use std::sync::Arc;

const FIRST: RecipeId = RecipeId(1);
const SECOND: RecipeId = RecipeId(2);

fn column(id: u32, recipe: RecipeId, with_documents: bool) -> Asked {
    let column = Column { recipe, with_documents, ..Column::new(ColumnId(id), ModelRef::Extractive) };
    Asked { column, name: format!("model {id}"), place: "this tab".into() }
}

fn evidence(text: &str) -> Arc<Evidence> {
    Arc::new(Evidence {
        question: "why?".into(),
        retrieval: RetrievalSettings::default(),
        passages: Vec::new(),
        text: text.into(),
        sha256: sha256(text.as_bytes()),
        timing: SearchTiming::default(),
        ..Evidence::default()
    })
}

fn recipes() -> Vec<(RecipeId, Recipe)> {
    let retrieval = RetrievalSettings { top_k: 3, ..RetrievalSettings::default() };
    vec![(FIRST, Recipe::default()), (SECOND, Recipe { retrieval, ..Recipe::default() })]
}

fn asked_run() -> Run {
    Run { id: RunId::new(1_000, 7), question: "why?".into(), started_millis: 1_000, ..Run::default() }
}

fn searches(commands: &[Command]) -> Vec<RecipeId> {
    commands
        .iter()
        .filter_map(|command| match command {
            Command::Search(recipe) => Some(*recipe),
            _ => None,
        })
        .collect()
}

fn asks(commands: &[Command]) -> Vec<(ColumnId, Turn, Option<Arc<Evidence>>)> {
    commands
        .iter()
        .filter_map(|command| match command {
            Command::Ask { column, turn, evidence } => Some((*column, *turn, evidence.clone())),
            _ => None,
        })
        .collect()
}

fn text(text: &str) -> ColumnEvent {
    ColumnEvent::Chat(ChatEvent::TextDelta(text.into()), 10.0)
}

fn ended() -> ColumnEvent {
    ColumnEvent::Ended { at_millis: 20.0, cost: None, attempts: Vec::new() }
}

fn failure() -> UserError {
    problem::engine::empty_corpus()
}

#[test]
fn a_recipe_is_searched_once_and_its_columns_get_one_object() {
    let columns = vec![
        column(1, FIRST, true),
        column(2, FIRST, true),
        column(3, FIRST, false),
        column(4, SECOND, true),
    ];
    let (mut conductor, commands) = Conductor::start(asked_run(), recipes(), columns);
    assert_eq!(searches(&commands), [FIRST, SECOND]);
    let baseline = asks(&commands);
    assert_eq!((baseline.len(), baseline[0].0, &baseline[0].2), (1, ColumnId(3), &None));
    assert!(conductor.is_searching());

    let commands = conductor.found(SECOND, Ok(evidence("b").into()));
    assert_eq!(asks(&commands).iter().map(|ask| ask.0).collect::<Vec<_>>(), [ColumnId(4)]);
    let commands = conductor.found(FIRST, Ok(evidence("a").into()));
    let handed = asks(&commands);
    assert_eq!(handed.iter().map(|ask| ask.0).collect::<Vec<_>>(), [ColumnId(1), ColumnId(2)]);
    let (one, other) = (handed[0].2.clone().unwrap(), handed[1].2.clone().unwrap());
    assert!(Arc::ptr_eq(&one, &other), "two columns of a recipe got two objects");
    assert!(!conductor.is_searching() && conductor.is_busy());

    // A late second result changes nothing: evidence is frozen.
    assert!(conductor.found(FIRST, Ok(evidence("other").into())).is_empty());
    assert_eq!(conductor.run().evidence_of(ColumnId(1)).unwrap().text, "a");
    assert!(conductor.run().evidence_of(ColumnId(3)).is_none());
}

#[test]
fn recipes_that_retrieve_alike_share_one_search() {
    const THIRD: RecipeId = RecipeId(3);
    let prompt = Some(PromptTemplate { system: String::new(), user: "{{evidence}} {{question}}".into() });
    let alike = Recipe { prompt, ..Recipe::default() };
    let mut recipes = recipes();
    recipes.push((THIRD, alike.clone()));
    let columns = vec![column(1, FIRST, true), column(2, SECOND, true), column(3, THIRD, true)];
    let (mut conductor, commands) = Conductor::start(asked_run(), recipes, columns);
    assert_eq!(searches(&commands), [FIRST, SECOND]);
    let found = conductor.found(FIRST, Ok(evidence("e").into()));
    let asked = asks(&found);
    assert_eq!(asked.iter().map(|(column, ..)| column.0).collect::<Vec<_>>(), [1, 3]);
    let objects: Vec<_> = asked.into_iter().filter_map(|(.., evidence)| evidence).collect();
    assert!(Arc::ptr_eq(&objects[0], &objects[1]));
    // The second is stopped: its own search is nobody's any more, the others' was over.
    let stopped = conductor.stop(ColumnId(2), 5.0);
    assert!(stopped.contains(&Command::CancelSearch(SECOND)));
    let later = RecipeId(4);
    let joined = conductor.add_with(column(4, later, true), alike);
    assert_eq!((searches(&joined).len(), asks(&joined).len()), (0, 1));
}

#[test]
fn recipes_that_retrieve_alike_share_one_rewriting_and_what_it_cost_stays() {
    let rewrite = |model: &str| {
        let model = ModelRef::Remote { endpoint: 1, model: model.into() };
        Some(QueryRewrite { kind: RewriteKind::Hyde, model, prompt: "{{question}}".into() })
    };
    let prompt = Some(PromptTemplate { system: String::new(), user: "{{evidence}} {{question}}".into() });
    let recipes = vec![
        (FIRST, Recipe { rewrite: rewrite("m"), ..Recipe::default() }),
        (SECOND, Recipe { rewrite: rewrite("m"), prompt, ..Recipe::default() }),
        (RecipeId(3), Recipe { rewrite: rewrite("n"), ..Recipe::default() }),
        (RecipeId(4), Recipe::default()),
    ];
    let columns = (1..=4).map(|id| column(id, RecipeId(id), true)).collect();
    let (mut conductor, commands) = Conductor::start(asked_run(), recipes, columns);
    assert_eq!(searches(&commands), [FIRST, RecipeId(3), RecipeId(4)]);
    let cost = Some(Cost { usd: 0.5, reported: true, source: String::new() });
    let rewritten = Rewritten { queries: vec!["because".into()], cost, ..Rewritten::default() };
    conductor.rewritten(FIRST, &rewritten);
    // Known before the search has ended, and whatever becomes of it.
    conductor.found(FIRST, Err(failure()));
    let of = |conductor: &Conductor, id| conductor.run().retrieval(id).unwrap().rewritten.clone();
    for id in [FIRST, SECOND] {
        assert_eq!(of(&conductor, id).as_ref(), Some(&rewritten));
    }
    assert_eq!((of(&conductor, RecipeId(3)), of(&conductor, RecipeId(4))), (None, None));
    // What belongs to frozen evidence never changes.
    let found = Searched { rewritten: Some(Rewritten::default()), ..evidence("n").into() };
    conductor.found(RecipeId(3), Ok(found));
    conductor.rewritten(RecipeId(3), &rewritten);
    assert_eq!(of(&conductor, RecipeId(3)), Some(Rewritten::default()));
}

#[test]
fn only_used_recipes_are_searched_and_all_when_there_is_no_column() {
    let start = |columns| Conductor::start(asked_run(), recipes(), columns);
    let (_, commands) = start(vec![column(1, SECOND, true)]);
    assert_eq!(searches(&commands), [SECOND]);
    let (conductor, commands) = start(vec![column(1, FIRST, false)]);
    assert!(searches(&commands).is_empty() && !conductor.is_searching());
    let (mut conductor, commands) = start(Vec::new());
    assert_eq!(searches(&commands), [FIRST, SECOND]);
    assert!(conductor.is_busy());
    conductor.found(FIRST, Ok(evidence("a").into()));
    conductor.found(SECOND, Err(failure()));
    assert!(!conductor.is_busy(), "evidence alone is a whole run");
}

/// What may happen in a run, for the test of every order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Found(RecipeId),
    Missed(RecipeId),
    Text(u32),
    Fails(u32),
    Ends(u32),
    Stop(u32),
    Again(u32),
}

/// Carries out a step, and checks what must hold after each one.
fn play(conductor: &mut Conductor, under_way: &mut BTreeMap<u32, Turn>, step: Step) {
    let chat = |event| ColumnEvent::Chat(event, 5.0);
    let (before, commands) = (
        conductor.run().clone(),
        match step {
            Step::Found(recipe) => conductor.found(recipe, Ok(evidence(&format!("{recipe:?}")).into())),
            Step::Missed(recipe) => conductor.found(recipe, Err(failure())),
            Step::Stop(id) => conductor.stop(ColumnId(id), 9.0),
            Step::Again(id) => conductor.ask_column(ColumnId(id), 9.0),
            Step::Text(id) | Step::Fails(id) | Step::Ends(id) => {
                let Some(turn) = under_way.get(&id) else { return };
                let event = match step {
                    Step::Text(_) => text("word "),
                    Step::Fails(_) => {
                        let error = problem::host::no_reason();
                        chat(ChatEvent::Failed(CallFailure::new(FailureCause::HostError, error)))
                    }
                    _ => ended(),
                };
                conductor.on_event(ColumnId(id), *turn, event)
            }
        },
    );
    for (column, turn, handed) in asks(&commands) {
        let own = conductor.run().evidence_of(column);
        assert_eq!(handed.as_ref(), own, "{step:?}: a column was handed other evidence than the run shows");
        under_way.insert(column.0, turn);
    }
    for retrieval in &before.retrievals {
        if let Some(evidence) = retrieval.evidence() {
            let now = conductor.run().retrieval(retrieval.id).and_then(|retrieval| retrieval.evidence());
            assert!(now.is_some_and(|now| Arc::ptr_eq(now, evidence)), "{step:?}: frozen evidence changed");
        }
    }
    for answer in &conductor.run().answers {
        let over = conductor.current(answer.column.id).is_none();
        // A stream that reported a failure is over for the person before its worker says so.
        assert!(!over || answer.answer.state.is_over(), "{step:?}: {:?} is left waiting", answer.column.id);
    }
}

#[test]
fn every_order_of_events_ends_with_every_column_over() {
    let steps = [
        Step::Found(FIRST),
        Step::Missed(SECOND),
        Step::Text(1),
        Step::Ends(1),
        Step::Ends(2),
        Step::Stop(2),
        Step::Again(1),
        Step::Fails(3),
    ];
    let mut orders = 0;
    permute(&mut steps.to_vec(), 0, &mut |order| {
        orders += 1;
        let columns = vec![column(1, FIRST, true), column(2, SECOND, true), column(3, FIRST, false)];
        let (mut conductor, commands) = Conductor::start(asked_run(), recipes(), columns);
        let mut under_way: BTreeMap<u32, Turn> =
            asks(&commands).into_iter().map(|ask| (ask.0.0, ask.1)).collect();
        for step in order {
            play(&mut conductor, &mut under_way, *step);
        }
        // Whatever the order was, the rest comes to its end.
        for step in [Step::Found(FIRST), Step::Missed(SECOND), Step::Ends(1), Step::Ends(2), Step::Ends(3)] {
            play(&mut conductor, &mut under_way, step);
        }
        assert!(!conductor.is_busy(), "{order:?}");
    });
    assert_eq!(orders, 40_320);
}

fn permute(steps: &mut Vec<Step>, from: usize, each: &mut impl FnMut(&[Step])) {
    if from == steps.len() {
        return each(steps);
    }
    for at in from..steps.len() {
        steps.swap(from, at);
        permute(steps, from + 1, each);
        steps.swap(from, at);
    }
}

#[test]
fn what_an_abandoned_turn_says_is_ignored_but_its_price_is_kept() {
    let (mut conductor, commands) = Conductor::start(asked_run(), recipes(), vec![column(1, FIRST, false)]);
    let first = asks(&commands)[0].1;
    conductor.on_event(ColumnId(1), first, text("old"));
    assert_eq!(conductor.stop(ColumnId(1), 30.0)[0], Command::Stop { column: ColumnId(1), turn: first });
    let cost = Cost { usd: 0.5, reported: true, source: "list".into() };
    let late = ColumnEvent::Ended { at_millis: 40.0, cost: Some(cost.clone()), attempts: Vec::new() };
    assert!(conductor.on_event(ColumnId(1), first, text(" and more")).is_empty());
    assert_eq!(conductor.on_event(ColumnId(1), first, late.clone()), [Command::Store]);
    let answer = conductor.run().answer(ColumnId(1)).unwrap();
    assert_eq!((answer.answer.text.as_str(), answer.answer.state), ("old", AnswerState::Stopped));
    assert_eq!((answer.answer.timing.total_millis, &answer.cost), (Some(30.0), &Some(cost)));

    let second = asks(&conductor.ask_column(ColumnId(1), 50.0))[0].1;
    assert!(second > first);
    assert!(conductor.on_event(ColumnId(1), first, text("late")).is_empty());
    assert!(
        conductor.on_event(ColumnId(1), first, late).is_empty(),
        "an older turn's price is not this one's"
    );
    conductor.on_event(ColumnId(1), second, text("new"));
    conductor.on_event(ColumnId(1), second, ended());
    let answer = conductor.run().answer(ColumnId(1)).unwrap();
    assert_eq!((answer.answer.text.as_str(), answer.answer.state), ("new", AnswerState::Done));
}

#[test]
fn a_failed_search_is_reported_once_and_tried_again_on_request() {
    let columns = vec![column(1, FIRST, true), column(2, FIRST, true)];
    let (mut conductor, _) = Conductor::start(asked_run(), recipes(), columns);
    conductor.found(FIRST, Err(failure()));
    assert!(!conductor.is_busy());
    let run = conductor.run();
    assert_eq!(run.retrieval(FIRST).unwrap().error(), Some(&failure()));
    for answer in &run.answers {
        let shown = answer.answer.failure.as_ref().unwrap();
        assert_eq!(shown.cause, FailureCause::NoEvidence);
        assert!(
            !shown.error.message().contains("there are no documents"),
            "the reason stands once, with the run"
        );
    }
    let commands = conductor.ask_column(ColumnId(2), 1.0);
    assert_eq!(searches(&commands), [FIRST]);
    let commands = conductor.found(FIRST, Ok(evidence("a").into()));
    assert_eq!(asks(&commands).len(), 1, "only the column that was run again");
}

#[test]
fn stopping_the_last_column_that_waits_cancels_the_search() {
    let columns = vec![column(1, FIRST, true), column(2, FIRST, true)];
    let (mut conductor, _) = Conductor::start(asked_run(), recipes(), columns);
    assert!(!conductor.stop(ColumnId(1), 1.0).contains(&Command::CancelSearch(FIRST)));
    assert!(conductor.stop(ColumnId(2), 1.0).contains(&Command::CancelSearch(FIRST)));
    assert!(!conductor.is_busy());
    let (mut conductor, _) = Conductor::start(asked_run(), recipes(), Vec::new());
    let commands = conductor.stop_all(|_| 1.0);
    assert_eq!(commands, [Command::CancelSearch(FIRST), Command::CancelSearch(SECOND)]);
    assert!(!conductor.is_busy());
}

#[test]
fn a_column_added_later_joins_over_the_same_evidence() {
    let (mut conductor, _) = Conductor::start(asked_run(), recipes(), vec![column(1, FIRST, true)]);
    conductor.found(FIRST, Ok(evidence("a").into()));
    let commands = conductor.add_with(column(2, FIRST, true), Recipe::default());
    assert!(searches(&commands).is_empty());
    assert_eq!(asks(&commands)[0].2.as_ref().unwrap().text, "a");
    let other = recipes().remove(1).1;
    let commands = conductor.add_with(column(3, SECOND, true), other);
    assert_eq!(searches(&commands), [SECOND]);
    assert!(conductor.stop(ColumnId(3), 1.0).contains(&Command::CancelSearch(SECOND)));
}

#[test]
fn a_stored_run_opens_as_it_was_and_goes_on_over_its_evidence() {
    let (mut conductor, commands) =
        Conductor::start(asked_run(), recipes(), vec![column(1, FIRST, true), column(2, FIRST, false)]);
    let baseline = asks(&commands)[0].1;
    let one = asks(&conductor.found(FIRST, Ok(evidence("a").into())))[0].1;
    conductor.on_event(ColumnId(1), one, text("partial"));
    conductor.on_event(ColumnId(2), baseline, ended());
    conductor.run_mut().answer_mut(ColumnId(2)).unwrap().thumb = Some(Thumb::Up);
    let bytes = postcard_round_trip(conductor.run());
    let mut opened = Conductor::reopen(bytes);
    assert!(!opened.is_busy());
    let answer = opened.run().answer(ColumnId(1)).unwrap();
    assert_eq!((answer.answer.state, answer.answer.text.as_str()), (AnswerState::Interrupted, "partial"));
    assert_eq!(opened.run().answer(ColumnId(2)).unwrap().thumb, Some(Thumb::Up));
    // A reopened turn has the number 0, which no event of a new turn carries.
    let commands = opened.ask_column(ColumnId(1), 0.0);
    assert!(searches(&commands).is_empty());
    assert_eq!(asks(&commands)[0].2.as_ref().unwrap().sha256, evidence("a").sha256);
}

fn postcard_round_trip(run: &Run) -> Run {
    let json = serde_json::to_string(run).unwrap();
    let bytes = postcard::to_allocvec(run).unwrap();
    assert_eq!(&serde_json::from_str::<Run>(&json).unwrap(), run);
    postcard::from_bytes(&bytes).unwrap()
}

#[test]
fn a_follow_up_shows_the_model_question_and_answer_and_takes_its_first_line() {
    let (mut conductor, commands) = Conductor::start(
        Run { question: "Who was Rollo?".into(), ..asked_run() },
        recipes(),
        vec![column(1, FIRST, false), column(2, FIRST, false)],
    );
    let second = asks(&commands)[1].1;
    conductor.on_event(ColumnId(2), second, text(&"a Viking ".repeat(1_000)));
    let messages = condense_messages(conductor.run(), "And his son? ");
    let user = &messages[1].content;
    assert!(user.contains("Who was Rollo?") && user.contains("a Viking") && user.contains("And his son?\n"));
    assert!(user.len() < 3_000, "an answer of 9 kB is not sent whole");
    assert_eq!(
        condensed("\n\n\"Who was the son of Rollo?\"\nHe was …").unwrap(),
        "Who was the son of Rollo?"
    );
    assert_eq!(condensed("Rewritten question: **Who was his son?**").unwrap(), "Who was his son?");
    assert_eq!((condensed(" \n "), condensed(&"w ".repeat(2_000))), (None, None));
    let once = joined(conductor.run(), "And his son?");
    assert_eq!(once, "Who was Rollo?\nAnd his son?");
    let next = Run { question: once, ..Run::default() };
    assert_eq!(joined(&next, "When?"), "And his son?\nWhen?", "a chain does not grow without end");
}

#[test]
fn limits_take_the_oldest_runs_and_spare_starred_ones() {
    let day = 24 * 60 * 60 * 1_000;
    let summary = |at_day: u64, star| RunSummary {
        id: RunId::new(at_day * day, 0),
        started_millis: at_day * day,
        star,
        ..RunSummary::default()
    };
    let all = [summary(1, true), summary(5, false), summary(9, false), summary(3, false)];
    let days = |limits| {
        let mut days: Vec<u64> =
            expired(&all, limits, 10 * day).iter().map(|id| (id.0 >> 16) / day).collect();
        days.sort_unstable();
        days
    };
    let limits = HistoryLimits { keep: true, max_runs: 0, max_days: 0 };
    assert!(days(limits).is_empty());
    assert_eq!(days(HistoryLimits { max_runs: 2, ..limits }), [3]);
    assert_eq!(days(HistoryLimits { max_days: 6, ..limits }), [3]);
    assert_eq!(days(HistoryLimits { max_days: 4, ..limits }), [3, 5]);
}

#[test]
fn a_summary_names_columns_and_documents_and_is_found_by_every_word() {
    let mut run = asked_run();
    run.question = "Wie hoch ist der Turm?".into();
    let (conductor, _) = Conductor::start(run, recipes(), vec![column(1, FIRST, false)]);
    let summary = RunSummary::from(conductor.run());
    assert_eq!(summary.columns, [("model 1".to_owned(), AnswerState::Waiting)]);
    assert!(summary.matches("turm MODEL") && summary.matches("") && !summary.matches("turm llama"));
    let id = RunId::new(1_764_000_000_000, 0xbeef);
    assert_eq!(RunId::parse(&id.to_string()), Some(id));
    assert!(RunId::new(2, 0).to_string() > RunId::new(1, u16::MAX).to_string());
}

#[test]
fn changes_of_a_recipe_are_named_one_by_one() {
    let before = Recipe::default();
    let mut after = before.clone();
    assert!(changes(&before, &after).is_empty());
    after.retrieval.k1 = 1.2;
    assert_eq!(changes(&before, &after), [Change { what: "other parameters", values: None }]);
    after.retrieval.top_k = 12;
    after.chunking.size_tokens = 64;
    let size = before.chunking.size_tokens.to_string();
    let change =
        |what, before: &str, after: &str| Change { what, values: Some((before.into(), after.into())) };
    assert_eq!(changes(&before, &after), [change("chunk size", &size, "64"), change("passages", "6", "12")]);
    let rewriting = |model: ModelRef, prompt: &str| Recipe {
        rewrite: Some(QueryRewrite { kind: RewriteKind::Hyde, model, prompt: prompt.into() }),
        ..Recipe::default()
    };
    let hyde = rewriting(ModelRef::Remote { endpoint: 1, model: "m".into() }, "{{question}}");
    assert_eq!(changes(&before, &hyde), [change("query rewriting", "none", "HyDE (m)")]);
    let local = rewriting(ModelRef::SmolLm2, "{{question}}");
    assert_eq!(changes(&hyde, &local), [change("query rewriting", "HyDE (m)", "HyDE (SmolLM2 135M)")]);
    let told = rewriting(ModelRef::SmolLm2, "Q: {{question}}");
    assert_eq!(changes(&local, &told), [Change { what: "rewriting prompt changed", values: None }]);
}
