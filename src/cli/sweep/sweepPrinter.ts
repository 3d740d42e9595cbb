/**
 * @file What `fovea sweep` prints: a line for each run that is over, then the table, best first.
 *
 * With `--json` the words go to standard error and the events to standard output.
 */
import path from 'node:path';
import type { TrialRecord } from '../../sweeps/records.ts';
import { runName } from '../../sweeps/records.ts';
import type { Row, SweepResults } from '../../sweeps/results.ts';
import type { SweepEvent, TrialNews } from '../../sweeps/runSweep.ts';
import type { SweepSpec } from '../../sweeps/sweepSpec.ts';
import { edgesOf, failuresOf, settingsWords, spreadWords, tableOf } from '../../sweeps/words.ts';
import { duration } from '../commands/runs.ts';
import { INTERRUPTED } from '../terminal/interrupt.ts';
import { firstRows, type Output, table } from '../terminal/output.ts';
import type { Live } from '../terminal/progress.ts';
import { quoted, self } from '../terminal/words.ts';

const [MOST_ROWS, MOST_FAILURES] = [25, 10];

interface About {
  readonly spec: SweepSpec;
  readonly jobs: number;
  /** The command that goes on. */
  readonly goOn: string;
}

export function sweepPrinter(output: Output, live: Live, { spec, jobs, goOn }: About) {
  let start: (SweepEvent & { readonly type: 'start' }) | undefined;
  const running = new Map<string, TrialNews>();
  const seconds: number[] = [];
  let finished = 0;
  const show = (): void => {
    if (running.size === 0) return;
    const now = [...running].map(([run, { epoch, epochs }]) => `${run} ${epoch}/${epochs}`);
    live.show(`${finished} runs done; ${now.join(', ')}`);
  };
  const left = (): string => {
    const { runs = 0 } = start ?? {};
    if (spec.halving !== null || finished >= runs || seconds.length === 0) return '';
    const mean = seconds.reduce((sum, s) => sum + s, 0) / seconds.length;
    return `, about ${duration((mean * (runs - finished)) / jobs)} left`;
  };
  const trial = (record: TrialRecord): void => {
    const name = runName(record);
    running.delete(name);
    if (record.seconds > 0) seconds.push(record.seconds);
    const of = spec.halving === null ? `/${start?.runs}` : '';
    output.data({ event: 'trial', ...record, run: name });
    output.note(`${finished}${of} ${name}: ${outcomeWords(record, start)}${left()}`);
  };
  return {
    news(run: string, news: TrialNews): void {
      running.set(run, news);
      output.data({ event: 'epoch', run, ...news });
      show();
    },
    event(event: SweepEvent): void {
      live.clear();
      if (event.type === 'start') {
        start = event;
        ({ finished } = event);
        output.note(startWords(event, spec, jobs));
      } else if (event.type === 'trial') {
        ({ finished } = event);
        trial(event.record);
        show();
      } else if (event.type === 'stopped') {
        output.data({ event: 'stopped', folder: event.folder, finished: event.finished });
        output.note(
          `Stopped; ${event.finished} runs are over, the others have checkpoints. Go on: ${goOn}`,
        );
        process.exitCode = INTERRUPTED;
      } else if (event.type === 'shared') {
        output.data({ event: 'shared', folder: event.folder, finished: event.finished });
        output.note(`This share is done. Once all of them are: ${goOn}`);
      } else {
        output.data({ event: 'result', folder: event.folder, ...event.results });
        output.text(resultWords(event.results, event.folder));
      }
    },
  };
}

function startWords(
  { folder, configurations, epochs, runs, finished }: SweepEvent & { readonly type: 'start' },
  { seeds, halving }: SweepSpec,
  jobs: number,
): string {
  const before = finished === 0 ? '' : `, ${finished} of them done before`;
  const each = seeds.length === 1 ? '' : `, ${seeds.length} seeds each`;
  const rungs =
    halving === null
      ? ''
      : `; the best go on after ${epochs.slice(0, -1).join(', ')} of ${epochs.at(-1)} epochs`;
  return `${folder}: ${configurations.length} configurations${each}: ${runs} runs${before}, ${jobs} at a time${rungs}`;
}

function outcomeWords(
  { figures, why, configuration, seconds, epochs }: TrialRecord,
  start: (SweepEvent & { readonly type: 'start' }) | undefined,
): string {
  if (figures === null) return `failed: ${why?.split('\n')[0]}`;
  const { validation } = figures;
  const { settings = {} } = start?.configurations.find(({ id }) => id === configuration) ?? {};
  const said = Object.entries(settings).map((pair) => pair.join(' '));
  const measured = validation?.accuracy ?? validation?.loss ?? Number.NaN;
  const what = validation?.accuracy === undefined ? 'loss' : 'accuracy';
  return `validation ${what} ${measured.toFixed(4)} after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} (${said.join(', ')}; ${duration(seconds)})`;
}

function resultWords(results: SweepResults, folder: string): string {
  const { configurations, best } = results;
  const [head = [], ...rows] = tableOf(results);
  const failures = failuresOf(results);
  const shown = failures.slice(0, MOST_FAILURES).map((words) => `  - ${words}`);
  const more =
    failures.length > MOST_FAILURES ? [`  - and ${failures.length - MOST_FAILURES} more`] : [];
  const [first] = configurations;
  return [
    '',
    table([head, ...firstRows(rows, MOST_ROWS)], 1),
    ...(failures.length === 0 ? [] : ['\nFailed', ...shown, ...more]),
    ...(first === undefined || best === null
      ? ['\nNo run came to its end.']
      : [...bestWords(first, best, folder, results.judge), ...edgesOf(results)]),
    `\nSaved in ${folder}: report.html, results.json, runs/`,
  ].join('\n');
}

function bestWords(row: Row, best: string, folder: string, judge: string): string[] {
  const run = quoted(path.join(folder, 'runs', best));
  return [
    `\nBest: ${settingsWords(row)} (validation ${judge} ${spreadWords(row.validation)})`,
    `  ${self()} evaluate ${run}`,
  ];
}
