//! The day's spending: held back before a call, settled after it, over all tabs.

use crate::courier_fakes::{Fake, Report, Script, Step, World, answer, ask, chat, delta};
use futures_util::future::join;
use sidecite::courier::{Courier, Stop};
use sidecite::types::{Argument, FailureCause, Parameters, Price, SpendingLimits};

const HOST: &str = "https://api.example/v1";

/// A dollar a thousand tokens out: a call of at most 1,000 tokens may cost about a dollar.
fn priced(world: &World, courier: &Courier<Fake>) {
    let price = Price { input_usd: Some(0.0), output_usd: Some(1_000.0), ..Price::default() };
    world.run(courier.set_price("api.example", "m", Some(price))).unwrap();
}

fn limit(world: &World, courier: &Courier<Fake>, stop_usd: f64) {
    let limits = SpendingLimits { alert_usd: None, stop_usd: Some(stop_usd) };
    world.run(courier.set_limits(limits)).unwrap();
}

fn call() -> sidecite::courier::Chat {
    let parameters = Parameters { max_tokens: Some(1_000), ..Parameters::default() };
    sidecite::courier::Chat { parameters, ..chat(HOST, "m") }
}

fn refused(report: &Report) -> bool {
    report.text().is_empty() && report.failure().cause == FailureCause::OverBudget
}

#[test]
fn the_days_limit_holds_across_tabs() {
    let world = World::new(|_, _| Script { after: 1_000.0, ..answer("ok") });
    let browser = world.browser();
    let (one, two) = (Courier::new(browser.clone()), Courier::new(browser));
    priced(&world, &one);
    limit(&world, &two, 1.5);
    // Both ask at the same moment: together they may cost two dollars.
    let stop = Stop::default();
    let asked = call();
    let (first, second) = world.run(join(ask(&one, &world, &asked, &stop), ask(&two, &world, &asked, &stop)));
    assert_eq!([&first, &second].into_iter().filter(|report| refused(report)).count(), 1);
    assert_eq!(world.got.borrow().len(), 1);
    // What was held back is given back: the answer cost next to nothing.
    let third = world.run(ask(&two, &world, &asked, &stop));
    assert_eq!(third.text(), "ok");
    let spent = world.run(one.spending());
    assert_eq!((spent.days.len(), spent.days[0].calls), (1, 2));
    assert!(spent.days[0].usd > 0.0 && spent.days[0].usd < 0.01);
}

#[test]
fn a_stopped_call_costs_what_it_said_and_frees_the_rest() {
    let world =
        World::new(|_, _| Script::ok(vec![Step::Bytes(delta(&"word ".repeat(100))), Step::Wait(60_000.0)]));
    let courier = world.courier();
    priced(&world, &courier);
    limit(&world, &courier, 1.2);
    let asked = call();
    for _ in 0..2 {
        let stop = Stop::default();
        let (report, ()) = world.run(join(ask(&courier, &world, &asked, &stop), async {
            world.sleep(500.0).await;
            stop.stop();
        }));
        // 500 bytes are about 125 tokens.
        let cost = report.end().cost.unwrap();
        assert!((cost.usd - 0.125).abs() < 1e-9 && !cost.reported, "{cost:?}");
    }
    let stop = Stop::default();
    assert!(refused(&world.run(ask(&courier, &world, &asked, &stop))), "0.25 are spent, and 1 may follow");
    limit(&world, &courier, 1.25);
    let (report, ()) = world.run(join(ask(&courier, &world, &asked, &stop), async {
        world.sleep(500.0).await;
        stop.stop();
    }));
    assert!(!report.text().is_empty());
}

#[test]
fn what_a_dead_tab_held_back_is_forgotten_after_an_hour() {
    let world = World::new(|_, _| Script { after: 1e12, ..answer("never") });
    let browser = world.browser();
    let (dies, lives) = (Courier::new(browser.clone()), Courier::new(browser));
    priced(&world, &lives);
    priced(&world, &dies);
    limit(&world, &lives, 1.5);
    let (asked, stop) = (call(), Stop::default());
    {
        let dying = ask(&dies, &world, &asked, &stop);
        let killed = async { world.sleep(1_000.0).await };
        world.run(futures_util::future::select(std::pin::pin!(dying), std::pin::pin!(killed)));
    }
    assert!(refused(&world.run(ask(&lives, &world, &asked, &stop))));
    world.run(world.sleep(3_600_000.0));
    let report = world.run(ask(&lives, &world, &asked, &stop));
    assert_eq!(report.failure().cause, FailureCause::TimedOut, "it was sent");
}

#[test]
fn a_warning_is_given_once_when_its_level_is_passed() {
    let world = World::new(|_, _| answer(&"word ".repeat(100)));
    let courier = world.courier();
    priced(&world, &courier);
    let limits = SpendingLimits { alert_usd: Some(0.2), stop_usd: None };
    world.run(courier.set_limits(limits)).unwrap();
    let notices: Vec<bool> = (0..3)
        .map(|_| world.run(ask(&courier, &world, &call(), &Stop::default())).end().notice.is_some())
        .collect();
    assert_eq!(notices, [false, true, false]);
    let health = world.run(courier.health()).unwrap();
    assert_eq!((health.len(), health[0].calls, health[0].succeeded), (1, 3, 3));
}

#[test]
fn a_count_that_cannot_be_true_is_reported_and_not_charged() {
    let world = World::new(|_, _| {
        let usage =
            b"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":8000000000}}\n\n";
        let Script { steps, .. } = answer("y");
        Script::ok(std::iter::once(Step::Bytes(usage.to_vec())).chain(steps).collect())
    });
    let courier = world.courier();
    priced(&world, &courier);
    limit(&world, &courier, 5.0);
    for _ in 0..2 {
        let report = world.run(ask(&courier, &world, &call(), &Stop::default()));
        assert_eq!(report.text(), "y", "the day's limit is not used up");
        let end = report.end();
        let cost = end.cost.as_ref().unwrap();
        assert!(cost.usd < 0.01 && !cost.reported, "{cost:?}");
        let notice = end.notice.as_ref().unwrap();
        assert_eq!(notice.code.name(), "notice.implausible_usage");
        assert_eq!(notice.arguments, [Argument::Count(8_000_000_000)]);
    }
}
