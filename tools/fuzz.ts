/**
 * @file `npm run test:fuzz [-- SECONDS [FIRST]]`: damaged files and words for everything that reads them.
 *
 * Each case must end in a value or a FoveaError, within five seconds and 512 MB, in a process that lives on.
 * What does not is printed with its target and number, which make the same input again, and written to a
 * file. Exit code 1 when there was a finding. `fuzz.test.ts` runs a short sample in `npm test`.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unreachable } from '../src/base/errors.ts';
import { inputOf } from './fuzz/cases.ts';
import type { Report } from './fuzz/child.ts';
import { openTargets } from './fuzz/targets.ts';

const HANG_MS = 5_000;
/** Starting takes longer than a case may. */
const START_MS = 60_000;
const [seconds = 60, first = 0] = process.argv.slice(2).map(Number);

const findings = new Map<string, Report>();
const note = (report: Report) => {
  // One of a kind: the same place of the same target.
  const [head = '', place = ''] = (report.finding ?? '').split('\n');
  const kind = `${report.target}: ${head.slice(0, 60)} ${place}`;
  if (findings.has(kind)) return;
  findings.set(kind, report);
  console.log(`finding: ${report.target} ${report.number}: ${report.finding?.slice(0, 800)}`);
};

interface Watched {
  readonly last: Report | undefined;
  readonly cases: number;
  /** How the process ended, where it did not end by itself. */
  readonly died: string | undefined;
}

/** Runs cases from `from` on in a process of their own until it ends. */
function watch(from: number, forSeconds: number): Promise<Watched> {
  const script = fileURLToPath(new URL('./fuzz/child.ts', import.meta.url));
  const child = fork(script, [String(from), String(forSeconds)], {
    execArgv: ['--no-warnings', '--max-old-space-size=1024'],
  });
  let last: Report | undefined;
  let cases = 0;
  return new Promise((resolve) => {
    const kill = () => child.kill('SIGKILL');
    let timer = setTimeout(kill, START_MS);
    child.on('message', (report: Report) => {
      clearTimeout(timer);
      timer = setTimeout(kill, HANG_MS);
      if (report.finding !== undefined) return note(report);
      last = report;
      cases++;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const how = signal === 'SIGKILL' ? `no answer in ${HANG_MS} ms` : `crash: ${signal ?? code}`;
      resolve({ last, cases, died: code === 0 ? undefined : how });
    });
  });
}

async function main(): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  let next = first;
  let cases = 0;
  let suspect = '';
  while (performance.now() < end - 1000) {
    const { last, died, cases: more } = await watch(next, (end - performance.now()) / 1000);
    cases += more;
    next = (last?.number ?? next) + 1;
    if (died === undefined || last === undefined) continue;
    // A busy machine may keep a process waiting: it counts when it happens again.
    const place = `${last.target} ${last.number}`;
    if (place === suspect) note({ ...last, finding: died });
    else next = last.number;
    suspect = place;
  }
  console.log(`fuzz: ${cases} cases, ${findings.size} findings`);
  if (findings.size === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'fovea-findings-'));
  const { targets, close } = await openTargets();
  for (const { target, number } of findings.values()) {
    const reader = targets[target] ?? unreachable(`no target "${target}"`);
    writeFileSync(join(folder, `${target}-${number}`), inputOf(target, reader, number));
  }
  close();
  console.log(`The inputs are in ${folder}`);
  process.exitCode = 1;
}

await main();
