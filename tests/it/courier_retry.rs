//! The courier asks again, waits its turn, and gives up in time.

use crate::courier_fakes::{Script, Step, World, answer, ask, chat, delta};
use crate::support::InWords;
use futures_util::future::{join, join_all};
use sidecite::courier::{ChatUpdate, EgressEnd, Purpose, Stop};
use sidecite::types::{ChatEvent, FailureCause};

const HOST: &str = "https://api.example/v1";

#[test]
fn a_failed_try_is_followed_by_another_and_both_are_reported() {
    let world = World::new(|_, nth| match nth {
        0 => Script::status(500, "{\"error\":{\"message\":\"oops\"}}"),
        1 => Script { headers: vec![("retry-after", "2")], ..Script::status(503, "busy") },
        _ => answer("Third time."),
    });
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!(report.text(), "Third time.");
    let attempts = report.end().attempts;
    let statuses: Vec<Option<u16>> =
        attempts.iter().map(|attempt| attempt.failure.as_ref().and_then(|failure| failure.status)).collect();
    assert_eq!(statuses, [Some(500), Some(503), None]);
    assert!(attempts[0].pause_millis.is_some_and(|pause| (375.0..=500.0).contains(&pause)));
    assert_eq!((attempts[1].pause_millis, attempts[2].pause_millis), (Some(2_000.0), None));
    let times: Vec<f64> = world.got.borrow().iter().map(|got| got.at).collect();
    assert!(times[2] - times[1] >= 2_000.0, "{times:?}");
    let waits =
        report.0.borrow().iter().filter(|(_, update)| matches!(update, ChatUpdate::Waiting(_))).count();
    assert_eq!(waits, 2);
}

#[test]
fn nothing_is_asked_twice_after_the_first_token() {
    let world = World::new(|_, _| Script::ok(vec![Step::Bytes(delta("Half")), Step::Cut]));
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!((world.got.borrow().len(), report.failure().cause), (1, FailureCause::CutOff));
    assert_eq!(report.text(), "Half");
}

#[test]
fn a_connection_reset_before_any_answer_is_retried_once_without_a_word() {
    let world = World::new(|_, nth| if nth == 0 { Script::silent() } else { answer("Here.") });
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!((report.text().as_str(), report.end().attempts.len()), ("Here.", 1));
    let log = courier.sent_since(0);
    assert_eq!(
        log.iter().map(|entry| entry.end.unwrap()).collect::<Vec<_>>(),
        [EgressEnd::Blocked, EgressEnd::Complete]
    );
    assert!(log.iter().all(|entry| entry.purpose == Purpose::Chat), "nothing was probed");
}

#[test]
fn a_host_that_had_time_to_work_is_not_asked_twice_before_the_diagnosis() {
    let world = World::new(|_, _| Script { after: 5_000.0, ..Script::silent() });
    world.alive.set(true);
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!((world.got.borrow().len(), report.failure().cause), (1, FailureCause::Cors));
    assert!(courier.sent_since(0).iter().any(|entry| entry.purpose == Purpose::Probe));
}

#[test]
fn a_host_that_stays_silent_is_given_up_and_aborted() {
    let world = World::new(|_, _| Script { after: 1e9, ..answer("never") });
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!(report.failure().cause, FailureCause::TimedOut);
    assert!(world.got.borrow()[0].aborted.is_some_and(|at| (30_000.0..31_000.0).contains(&at)));
    assert_eq!((world.got.borrow().len(), world.timers()), (1, 0));
    // One that stalls within its answer keeps what it said.
    let world = World::new(|_, _| Script::ok(vec![Step::Bytes(delta("So")), Step::Wait(1e9)]));
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!((report.failure().cause, report.text().as_str()), (FailureCause::TimedOut, "So"));
    assert!(world.got.borrow()[0].aborted.is_some());
}

#[test]
fn a_429_of_one_model_leaves_the_others_of_its_host_alone() {
    let world = World::new(|request, nth| {
        let busy = String::from_utf8_lossy(&request.body).contains("\"busy\"");
        match busy && nth == 0 {
            true => Script { headers: vec![("retry-after", "30")], ..Script::status(429, "{}") },
            false => answer("ok"),
        }
    });
    let courier = world.courier();
    let (busy, free) = (chat(HOST, "busy"), chat(HOST, "free"));
    let (stop_busy, stop_free) = (Stop::default(), Stop::default());
    let (first, others) = world.run(join(ask(&courier, &world, &busy, &stop_busy), async {
        world.sleep(100.0).await;
        let asked = (0..4).map(|_| ask(&courier, &world, &free, &stop_free));
        let reports = join_all(asked).await;
        (world.now(), reports)
    }));
    let (done, reports) = others;
    assert!(done < 1_000.0, "the others waited until {done}");
    assert!(reports.iter().all(|report| report.text() == "ok"));
    assert_eq!(first.text(), "ok");
    assert!(world.now() >= 30_000.0);
}

#[test]
fn six_requests_at_a_time_go_to_a_host_and_the_rest_waits_in_order() {
    let world = World::new(|_, _| Script { after: 1_000.0, ..answer("ok") });
    let courier = world.courier();
    let asked = chat(HOST, "m");
    let stop = Stop::default();
    let reports = world.run(join_all((0..8).map(|_| ask(&courier, &world, &asked, &stop))));
    let times: Vec<f64> = world.got.borrow().iter().map(|got| got.at).collect();
    assert!(
        times[..6].iter().all(|at| *at < 100.0) && times[6..].iter().all(|at| *at >= 1_000.0),
        "{times:?}"
    );
    let before = |at: usize| {
        let updates = reports[at].0.borrow();
        updates.iter().find_map(|(_, update)| match update {
            ChatUpdate::Waiting(waiting) => Some(waiting.before),
            _ => None,
        })
    };
    assert_eq!((before(0), before(6), before(7)), (None, Some(0), Some(1)));
    assert!(reports.iter().all(|report| report.text() == "ok"));
    // Who leaves the queue leaves no gap.
    let leaves = Stop::default();
    let mut calls: Vec<_> = (0..7).map(|_| ask(&courier, &world, &asked, &stop)).collect();
    calls.push(ask(&courier, &world, &asked, &leaves));
    calls.push(ask(&courier, &world, &asked, &stop));
    let began = world.now();
    let (reports, ()) = world.run(join(join_all(calls), async {
        world.sleep(500.0).await;
        leaves.stop();
    }));
    assert_eq!(reports.iter().filter(|report| report.text() == "ok").count(), 8);
    assert!(world.now() - began < 2_500.0);
}

#[test]
fn a_refusal_is_said_in_the_hosts_words_and_not_repeated() {
    let world = World::new(|_, _| Script::status(401, "{\"error\":{\"message\":\"no such key\"}}"));
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert!(report.failure().error.message().contains("no such key"));
    assert_eq!(world.got.borrow().len(), 1);
    assert_eq!(report.events().iter().filter(|event| matches!(event, ChatEvent::Failed(_))).count(), 1);
}
