/**
 * @file `fovea study`: measures a claim, and says whether the numbers support it.
 *
 * Next stop: `studies/index.ts`, the table; `studies/engine/runStudy.ts`, which runs one.
 */
import path from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import type { StudyResults } from '../../studies/engine/records.ts';
import type { StudyEvent, StudyRequest } from '../../studies/engine/runStudy.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { gentleInterrupt, INTERRUPTED } from '../terminal/interrupt.ts';
import { type Output, openOutput, table } from '../terminal/output.ts';
import { downloadLine, type Live, openLive } from '../terminal/progress.ts';
import { goOnUnread } from '../terminal/streams.ts';
import { planLine, quoted, self } from '../terminal/words.ts';
import { wrapped } from '../terminal/wrap.ts';
import { duration } from './runs.ts';

const EXAMPLES = `
A study is a claim of a text with an experiment: trials over several seeds, tables, figures, and a verdict that is
computed from the numbers. --quick takes built-in data and a minute or two; the full form takes real data, which is
fetched where it is missing, and some minutes.

Every finished trial is in the folder at once: Ctrl-C or a kill loses what was running, --resume goes on.
--resume --seeds 5 adds seeds to results of fewer.

Examples:
  $ fovea study list
  $ fovea study pooling-cost --quick
  $ fovea study pooling-cost --seeds 3 --jobs 1
  $ fovea study pooling-cost --resume
  $ fovea study pooling-cost --data fashion-mnist --out studies/cost-of-clothes`;

interface Options extends BackendOptions {
  readonly quick?: boolean;
  readonly seeds?: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly jobs?: number;
  readonly data?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Folder that studies are kept in. */
const STUDIES = 'studies';

export function command(): Command {
  const described = new Command('study')
    .description('measure a claim of a text, and say whether the numbers support it')
    .argument('<name>', 'name of a study, or list')
    .option('--quick', 'the small form, on built-in data')
    .addOption(numberOption('count', '--seeds <n>', 'seeds 1 to n (default: as the study has it)'))
    .option('--resume', 'go on with what is measured already')
    .option('--overwrite', 'replace results that are there')
    .addOption(
      numberOption(
        'threads',
        '--jobs <n>',
        'trials at the same time (default: 2 where there are 2 cores)',
      ),
    )
    .option('--data <name>', 'another data set of the table')
    .option('--out <folder>', 'save in this folder (default: studies/NAME, studies/NAME-quick)');
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(study);
}

async function study(name: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  if (name === 'list') {
    await list(output);
    return;
  }
  if (options.resume === true && options.overwrite === true) {
    throw new UsageError({
      problem: 'received --resume and --overwrite',
      expected: 'one of them: go on with the results, or replace them',
    });
  }
  const [{ studyOf }, { runStudy }] = await Promise.all([
    import('../../studies/index.ts'),
    import('../../studies/engine/runStudy.ts'),
  ]);
  goOnUnread();
  const interrupt = gentleInterrupt(output.note, 'Stopping; finished trials are kept ...');
  const live = await openLive();
  try {
    const request = requestOf(studyOf(name), options, {
      signal: interrupt.signal,
      load: { onProgress: (progress) => live.show(downloadLine(progress)), onNote: output.note },
    });
    for await (const event of runStudy(request)) {
      if (event.type === 'start') interrupt.listen();
      show(event, output, live, name, options);
    }
  } finally {
    live.clear();
    interrupt.release();
  }
}

function requestOf(
  chosen: StudyRequest['study'],
  options: Options,
  conditions: Pick<StudyRequest, 'signal' | 'load'>,
): StudyRequest {
  const { quick, seeds, resume, overwrite, jobs, data, out } = options;
  const form = quick === true ? 'quick' : 'full';
  const standard = path.join(STUDIES, quick === true ? `${chosen.name}-quick` : chosen.name);
  return {
    ...conditions,
    study: chosen,
    form,
    seeds,
    data,
    jobs,
    folder: out ?? standard,
    taking: resume === true ? 'resume' : overwrite === true ? 'overwrite' : 'new',
    backend: openOptionsOf(options),
    command: `fovea ${againWords(chosen.name, options)}`,
  };
}

/** What does it again, from the beginning; without the name of the command line. */
function againWords(name: string, { quick, seeds, data }: Options): string {
  return [
    `study ${name}`,
    ...(quick === true ? ['--quick'] : []),
    ...(seeds === undefined ? [] : [`--seeds ${seeds}`]),
    ...(data === undefined ? [] : [`--data ${data}`]),
  ].join(' ');
}

/** What goes on with it. */
function resumeWords(name: string, options: Options): string {
  const { out } = options;
  const place = out === undefined ? '' : ` --out ${quoted(out)}`;
  return `${self()} ${againWords(name, options)}${place} --resume`;
}

async function list(output: Output): Promise<void> {
  const { allStudies } = await import('../../studies/index.ts');
  for (const { name, title, question, text, expected, forms } of allStudies) {
    output.data({ event: 'study', name, title, question, text, expected, forms });
  }
  const rows = allStudies.map(({ name, question, forms }) => [name, forms.full.data, question]);
  output.text(table([['study', 'data', 'question'], ...rows], 3));
}

function show(event: StudyEvent, output: Output, live: Live, name: string, options: Options): void {
  live.clear();
  switch (event.type) {
    case 'start':
      output.note(startWords(event));
      return;
    case 'trial': {
      const { record, finished, trials, secondsLeft } = event;
      const { id, figures, seconds } = record;
      output.data({ event: 'trial', id, ...figures, seconds, finished, trials });
      const left = finished === trials ? '' : `, about ${duration(secondsLeft)} left`;
      output.note(`${finished}/${trials} ${id} (${duration(seconds)}${left})`);
      if (finished < trials) live.show(`measuring, ${finished} of ${trials} trials done${left}`);
      return;
    }
    case 'stopped': {
      const { finished, trials } = event;
      output.data({ event: 'stopped', finished, trials });
      output.note(
        `Stopped with ${finished} of ${trials} trials. Go on: ${resumeWords(name, options)}`,
      );
      process.exitCode = INTERRUPTED;
      return;
    }
    case 'done':
      output.note(planLine(event.results.times.plan));
      output.data({ event: 'result', folder: event.folder, ...event.results });
      output.text(conclusionWords(event.results));
      output.text(`\nSaved in ${event.folder}: report.html, results.json, figures/`);
  }
}

function startWords({ plan, jobs, finished }: StudyEvent & { readonly type: 'start' }): string {
  const { study: chosen, form, trials } = plan;
  const before = finished === 0 ? '' : `, ${finished} of them measured before`;
  return `${chosen.title}\n${chosen.question}\n${form.data}: ${trials.length} trials${before}, ${jobs} at a time, ${form.seeds} ${form.seeds === 1 ? 'seed' : 'seeds'}`;
}

/** Tables, then what they say. */
function conclusionWords({ tables, findings }: StudyResults): string {
  const written = tables.map(
    ({ title, head, rows, note }) =>
      `\n${title}\n${table([head, ...rows])}${note === undefined ? '' : `\n${wrapped(note)}`}`,
  );
  const said = findings.flatMap(({ claim, expected, measured, verdict, note }) => [
    wrapped(`  - ${claim}: ${verdict.toUpperCase()}`),
    wrapped(`    measured: ${measured}`),
    wrapped(`    expected: ${expected}`),
    ...(note === undefined ? [] : [wrapped(`    ${note}`)]),
  ]);
  return [...written, '\nWhat the numbers say of the claims', ...said].join('\n');
}
