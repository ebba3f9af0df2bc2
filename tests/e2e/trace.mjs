// What a page's main thread did, by the processor's clock: on a shared machine the clock on the wall says more about the
// neighbours than about the page.

/** The value below which `at` (0 to 1) of the values lie. */
export const percentile = (values, at) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))];

export const rounded = (value) => Math.round(value * 10) / 10;

/** Begins a trace of a page for `tasksOf`. */
export const startTrace = (browser, page) => browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });

/** Ends it: tasks of the pages' main threads, processor and wall time in milliseconds, longest first. */
export async function tasksOf(browser) {
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString("utf8"));
  const main = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}/${tid}`));
  return traceEvents
    .filter(({ name, ph, pid, tid }) => ph === "X" && /RunTask$/.test(name) && main.has(`${pid}/${tid}`))
    .map(({ dur, tdur }) => ({ wall: dur / 1000, cpu: tdur === undefined ? null : tdur / 1000 }))
    .sort((a, b) => (b.cpu ?? 0) - (a.cpu ?? 0));
}

/**
 * The longest task of a page that did the same many times, by the processor's clock. The very longest is left out: a virtual machine's
 * thread clock counts a pause that the host made (seen in CI: 394 ms in one task, where all others took 12), and what a page itself
 * does too long it does in every frame.
 */
export const longestRepeated = (tasks) => (tasks[1] ?? tasks[0]).cpu;

/** How much longer than their processor time tasks took: the share of a processor that the machine gave the page, upside down. */
export function starvation(tasks) {
  const real = tasks.filter(({ cpu }) => cpu >= 1);
  const sum = (of) => real.reduce((sum, task) => sum + of(task), 0);
  return Math.max(1, sum(({ wall }) => wall) / sum(({ cpu }) => cpu));
}

/** Processor time of the browser's pages with their workers so far, in milliseconds. */
export async function pagesCpu(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

/** Processor time of the job of `slowness`, in milliseconds, on the machine that the limits of these suites were set on. */
const REFERENCE_MILLIS = 80;
const TRIES = 7;

/** How much longer than on the reference machine this one's main thread takes for a fixed piece of layout in an empty page; at least 1. */
export async function slowness(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const times = [];
  for (let at = 0; at < TRIES; at += 1) {
    await startTrace(browser, page);
    await page.evaluate(async () => {
      await new Promise((done) =>
        setTimeout(() => {
          const rows = Array.from({ length: 2000 }, (_, at) => `<tr><td>${at}</td><td>the quick <b>brown</b> fox ${at}</td><td>jumps</td></tr>`);
          document.body.innerHTML = `<table>${rows.join("")}</table>`;
          done(document.body.offsetHeight);
        }),
      );
    });
    const [longest] = await tasksOf(browser);
    times.push(longest.cpu);
  }
  await context.close();
  return Math.max(1, percentile(times, 0.5) / REFERENCE_MILLIS);
}
