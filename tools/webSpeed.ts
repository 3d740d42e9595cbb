/**
 * @file `npm run -s bench:web`: a training step of LeNet-5 (batch 128) in Chromium against Node's 128-bit plan.
 *
 * Each round trains a few short epochs in every situation, one after the other, and keeps the quickest one's time a
 * step: compilers have done their best by then, and what else the machine does falls on all alike. What is compared
 * is the median of the rounds' ratios.
 */
import { rmSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { openSession } from '../src/backends/select.ts';
import { loadDataset } from '../src/data/index.ts';
import { modelOf } from '../src/models/index.ts';
import { fit } from '../src/train/fit.ts';
import { bundleEngine } from '../test/web/engine/bundle.ts';
import { browserPath } from '../test/web/places.ts';
import { ISOLATED, serveFolder } from '../test/web/served.ts';

const STEPS = 30;
const EPOCHS = 6;
const COUNTS = { trainCount: 128 * STEPS, testCount: 10 };
const ROUNDS = Number(process.argv[2] ?? 7);

/** Milliseconds of a step. */
async function inNode(threads: number): Promise<number> {
  await using session = await openSession({ threads, revectorize: 'off' });
  let seconds = Number.POSITIVE_INFINITY;
  const data = await loadDataset('digits', COUNTS);
  for await (const event of fit(session, modelOf('lenet5'), data, { epochs: EPOCHS })) {
    if (event.type === 'epoch') seconds = Math.min(seconds, event.seconds);
  }
  return (1000 * seconds) / STEPS;
}

/** The same on a page. */
const onPage = (threads: number): string => `(async () => {
  const engine = await fovea.openWorkerSession({ threads: ${threads} });
  const data = await engine.loadDataset('digits', ${JSON.stringify(COUNTS)});
  let seconds = Infinity;
  for await (const event of engine.fit(fovea.modelOf('lenet5'), data, { epochs: ${EPOCHS} })) {
    if (event.type === 'epoch') seconds = Math.min(seconds, event.seconds);
  }
  await engine.close();
  return 1000 * seconds / ${STEPS};
})()`;

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const executablePath = browserPath('FOVEA_CHROMIUM');
if (executablePath === undefined) throw new Error('there is no Chromium (FOVEA_CHROMIUM)');
const folder = await bundleEngine();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const [isolated, plain] = [await serveFolder(folder, ISOLATED), await serveFolder(folder)];
try {
  const [page, plainPage] = [await browser.newPage(), await browser.newPage()];
  await page.goto(isolated.url);
  await plainPage.goto(plain.url);
  const situations = {
    'Node, 1 thread': () => inNode(1),
    'Chromium, 1 thread': () => page.evaluate<number>(onPage(1)),
    'Chromium, not isolated': () => plainPage.evaluate<number>(onPage(1)),
    'Node, 2 threads': () => inNode(2),
    'Chromium, 2 threads': () => page.evaluate<number>(onPage(2)),
  };
  type Situation = keyof typeof situations;
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(situations)) {
      times[name] = [...(times[name] ?? []), await run()];
    }
  }
  for (const [name, all] of Object.entries(times)) {
    console.log(
      `${name}: ${median(all).toFixed(2)} ms a step (least ${Math.min(...all).toFixed(2)})`,
    );
  }
  const ratio = (one: Situation, other: Situation): string => {
    const [ones = [], others = []] = [times[one], times[other]];
    const all = ones.map((time, i) => time / (others[i] ?? Number.NaN));
    const least = Math.min(...ones) / Math.min(...others);
    return `${one} / ${other}: ${median(all).toFixed(2)} (of the least times ${least.toFixed(2)})`;
  };
  console.log(ratio('Chromium, 1 thread', 'Node, 1 thread'));
  console.log(ratio('Chromium, 2 threads', 'Node, 2 threads'));
  console.log(ratio('Chromium, not isolated', 'Chromium, 1 thread'));
} finally {
  await Promise.all([browser.close(), isolated.close(), plain.close()]);
  rmSync(folder, { recursive: true, force: true });
}
