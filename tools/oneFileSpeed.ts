/**
 * @file How long a shipped module takes to load and to answer first: `node tools/oneFileSpeed.ts FILE.mjs [processes]`.
 *
 * Each process is a new one. Inside: from before `import()` to the first answer. Outside: the whole process less an
 * empty one. Medians, and the least.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const INSIDE = `
import { writeSync } from 'node:fs';
const begin = performance.now();
const { predict, inputShape } = await import(process.argv[1]);
const pixels = new Uint8Array(inputShape.reduce((a, b) => a * b)).map((_, i) => (i % 29 === 3 ? 255 : 0));
await predict(pixels);
writeSync(1, String(performance.now() - begin));
`;

/** Milliseconds of a process, and what it printed. */
function timed(script: string, argument: string): { whole: number; printed: number } {
  const begin = performance.now();
  const args = ['--input-type=module', '--eval', script, argument];
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { whole: performance.now() - begin, printed: Number(stdout) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const words = (values: readonly number[]): string =>
  `median ${median(values).toFixed(1)} ms, least ${Math.min(...values).toFixed(1)} ms`;

const [file, processes = '21'] = process.argv.slice(2);
if (file === undefined) throw new Error('node tools/oneFileSpeed.ts FILE.mjs [processes]');
const url = pathToFileURL(path.resolve(file)).href;
const rounds = Array.from({ length: Number(processes) }, () => {
  const empty = timed('', url).whole;
  const { whole, printed } = timed(INSIDE, url);
  return { inside: printed, more: whole - empty };
});
console.log(`load and first answer: ${words(rounds.map(({ inside }) => inside))}`);
console.log(`process less an empty one: ${words(rounds.map(({ more }) => more))}`);
