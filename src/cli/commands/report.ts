/**
 * @file `fovea report`: a run as one page to read, mail and print.
 *
 * Next stop: `report/contents.ts`, then `report/page.ts`.
 */
import path from 'node:path';
import { Command } from 'commander';
import { FoveaError } from '../../base/errors.ts';
import type { ReadableRun } from '../../records/comparedRuns.ts';
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
  $ fovea report runs/lenet5 --data mnist --out lenet5-on-mnist.html`;

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
      'write a run down as one page: how it was made, how it went, what it takes for what',
    )
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .option('--data <name>', 'data set to measure it on (default: the one it was trained on)')
    .addOption(numberOption('count', '--test-count <n>', 'the first n test pictures only'))
    .option('--out <file>', 'where to write it (default: NAME.html)')
    .option('--open', 'open it in the browser');
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(report);
}

async function report(given: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const folder = resolveRun(given);
  const name = path.basename(path.resolve(folder));
  const out = options.out ?? `${name}.html`;
  const [{ runAt }, { isReadable }, { gatherReport }, { reportPage }, { writeWhole }] =
    await Promise.all([
      import('../../runs/runList.ts'),
      import('../../records/comparedRuns.ts'),
      import('../../report/contents.ts'),
      import('../../report/page.ts'),
      import('../../runs/folder/wholeFile.ts'),
    ]);
  const run = await runAt(name, folder);
  if (!isReadable(run)) {
    throw new FoveaError({ where: folder, problem: `cannot be read: ${run.fault}` });
  }
  const contents = await gatherReport(run, {
    folder,
    data: options.data,
    testCount: options.testCount ?? testCountOf(run, options.data),
    backend: openOptionsOf(options),
    reading: { onUnreadable: unreadableNotes(output.note) },
    load: { onNote: output.note },
  });
  await writeWhole(out, reportPage(contents, commandOf(run.record, name)));
  const { count, accuracy, loss } = contents.measured.evaluation;
  output.text(`Wrote ${out}`);
  output.data({ event: 'report', run: name, out, count, accuracy, loss });
  if (options.open === true) await open(out);
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
