/**
 * @file `fovea report`: a run as one page to read, mail and print.
 *
 * Next stop: `runs/reportRun.ts`, then `report/page.ts`.
 */
import path from 'node:path';
import { Command } from 'commander';
import { FoveaError, UsageError } from '../../base/errors.ts';
import type { ReadableRun } from '../../records/comparedRuns.ts';
import type { TestRequest } from '../../runs/testedRun.ts';
import { commandOf } from '../commandOf.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { openOutput } from '../terminal/output.ts';
import { unreadableNotes } from '../terminal/unreadable.ts';

const EXAMPLES = `
The page holds all it shows: no script, nothing from elsewhere.

Examples:
  $ fovea report runs/lenet5 --open
  $ fovea report runs/lenet5 --data mnist --out lenet5-on-mnist.html
  $ fovea report lenet5 lenet5-wide                 beside one another, and whether chance makes their difference`;

interface Options extends BackendOptions {
  readonly data?: string;
  readonly testCount?: number;
  readonly out?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('report')
    .description(
      'write a run down as one page: how it was made, how it went, what it takes for what; or several beside one another',
    )
    .argument('<run...>', 'folders of runs (runs/lenet5, or bare names), four at most')
    .option('--data <name>', 'data set to measure it on (default: the one it was trained on)')
    .addOption(numberOption('count', '--test-count <n>', 'the first n test pictures only'))
    .option('--out <file>', 'where to write it (default: NAME.html, of several NAME-NAME.html)')
    .option('--open', 'open it in the browser');
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(report);
}

async function report(given: readonly string[], options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const { MOST_COMPARED } = await import('../../records/comparedRuns.ts');
  if (given.length > MOST_COMPARED) {
    throw new UsageError({
      problem: `received ${given.length} runs`,
      expected: `${MOST_COMPARED} at most: more curves cannot be told apart`,
    });
  }
  const folders = given.map(resolveRun);
  const runs = await Promise.all(folders.map(readableRun));
  const out = options.out ?? `${runs.map(({ name }) => name).join('-')}.html`;
  const requests = runs.map((run, i): TestRequest => {
    return {
      folder: folders[i] ?? '',
      data: options.data,
      testCount: options.testCount ?? testCountOf(run, options.data),
      backend: openOptionsOf(options),
      reading: { onUnreadable: unreadableNotes(output.note) },
      load: { onNote: output.note },
    };
  });
  const [run] = runs;
  const [request] = requests;
  const { page, facts } =
    runs.length === 1 && run !== undefined && request !== undefined
      ? await pageOfOne(run, request)
      : await pageOfSeveral(runs, requests);
  const { writeWhole } = await import('../../runs/folder/wholeFile.ts');
  await writeWhole(out, page);
  output.text(`Wrote ${out}`);
  output.data({ event: 'report', out, ...facts });
  if (options.open === true) await open(out);
}

async function readableRun(folder: string): Promise<ReadableRun> {
  const [{ runAt }, { isReadable }] = await Promise.all([
    import('../../runs/runList.ts'),
    import('../../records/comparedRuns.ts'),
  ]);
  const run = await runAt(path.basename(path.resolve(folder)), folder);
  if (isReadable(run)) return run;
  throw new FoveaError({ where: folder, problem: `cannot be read: ${run.fault}` });
}

interface Written {
  readonly page: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

async function pageOfOne(run: ReadableRun, request: TestRequest): Promise<Written> {
  const [{ gatherRebuilt, gatherReport }, { reportPage }, { rebuiltPage }] = await Promise.all([
    import('../../runs/reportRun.ts'),
    import('../../report/page.ts'),
    import('../../report/rebuiltPage.ts'),
  ]);
  const { record } = run;
  if (record.status !== 'imported' && record.settings.target !== undefined) {
    const contents = await gatherRebuilt(run, request);
    const { metrics, count } = contents;
    return {
      page: rebuiltPage(contents, commandOf(record, run.name)),
      facts: { run: run.name, count, ...metrics },
    };
  }
  const contents = await gatherReport(run, request);
  const { count, accuracy, loss } = contents.measured.evaluation;
  return {
    page: reportPage(contents, commandOf(run.record, run.name)),
    facts: { run: run.name, count, accuracy, loss },
  };
}

async function pageOfSeveral(
  runs: readonly ReadableRun[],
  requests: readonly TestRequest[],
): Promise<Written> {
  const [{ pairedRuns }, { comparisonPage }] = await Promise.all([
    import('../../runs/pairedRuns.ts'),
    import('../../report/comparison.ts'),
  ]);
  const paired = await pairedRuns(requests);
  const commands = runs.map(({ record, name }) => commandOf(record, name));
  return {
    page: comparisonPage(runs, paired, commands),
    facts: { runs: runs.map(({ name }) => name), paired },
  };
}

/** Of its own data, a run is measured on the pictures that it was tested on. */
function testCountOf({ record }: ReadableRun, data: string | undefined): number | undefined {
  if (record.status === 'imported' || (data !== undefined && data !== record.data.name)) return;
  return record.data.testCount ?? undefined;
}

async function open(file: string): Promise<void> {
  const [{ openBrowser }, { pathToFileURL }] = await Promise.all([
    import('../terminal/openBrowser.ts'),
    import('node:url'),
  ]);
  if (await openBrowser(pathToFileURL(file).href)) return;
  throw new FoveaError({
    problem: 'there is no browser to open it with',
    fix: `open ${path.resolve(file)} in one`,
  });
}
