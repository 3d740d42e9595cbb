/**
 * @file `fovea export`: the network of a run as files of another program.
 *
 * Next stop: `runs/exportRun.ts`.
 */
import path from 'node:path';
import { Command, Option } from 'commander';
import { FoveaError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import { exporters, exportFormats } from '../../interop/exporters.ts';
import { type ExportChoice, type ExportOptions, exportChoices } from '../../interop/exporting.ts';
import type { WeightFormat } from '../../interop/oneFile/weights.ts';
import { resolveRun } from '../models.ts';
import { jsonOption } from '../options/options.ts';
import { optionOf } from '../terminal/errorWords.ts';
import { type Output, openOutput, table } from '../terminal/output.ts';

const EXAMPLES = `
Formats:
${exportFormats.map((format) => `  ${format.padEnd(12)} ${exporters[format].says}`).join('\n')}

Without --out one file stands here, several stand in a folder of their own. Files that are there are left alone.

Examples:
  $ fovea export runs/lenet5 --to safetensors                       lenet5.safetensors
  $ fovea export runs/lenet5 --to safetensors --layout pytorch      and model.py, which loads it
  $ fovea export runs/lenet5 --to js --out site/lenet5.mjs          import { predict } from './lenet5.mjs'
  $ fovea export runs/lenet5 --to html --weights int8               one page to mail; says what rounding loses`;

interface Options extends Omit<ExportOptions, 'name'> {
  readonly to: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function command(): Command {
  const command = new Command('export')
    .description('the network of a run for another program')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .addOption(
      new Option('--to <format>', 'see below').choices(exportFormats).makeOptionMandatory(),
    )
    .option('--out <path>', 'a file of the format, or a folder')
    .option('--overwrite', 'replace files that are there');
  for (const [name, { says, choices }] of Object.entries(exportChoices)) {
    const takers = exportFormats.filter((format) => takes(format, name as ExportChoice));
    const words = `${says}: ${choices.join(' or ')} (of ${takers.join(', ')})`;
    const flag = optionOf({ setting: name });
    command.addOption(new Option(`${flag} <which>`, words).choices(choices));
  }
  return command.addOption(jsonOption()).addHelpText('after', EXAMPLES).action(exportModel);
}

const takes = (format: keyof typeof exporters, choice: ExportChoice): boolean =>
  (exporters[format].takes as readonly ExportChoice[]).includes(choice);

async function exportModel(run: string, options: Options): Promise<void> {
  const { to, out, overwrite, json, ...chosen } = options;
  const output = openOutput(json === true);
  const { exportRun } = await import('../../runs/exportRun.ts');
  const folder = resolveRun(run);
  if (to === 'js' || to === 'html') await sayLarge(folder, chosen.weights, output);
  const files = await exportRun({ folder, to, out, overwrite, options: chosen });
  output.text(
    table(files.map(({ path, bytes }) => [path, `${bytes.toLocaleString('en-US')} bytes`])),
  );
  const rounding = await sayRounding(folder, chosen.weights, output);
  output.data({ event: 'result', run: folder, to, files, ...rounding });
}

/** Files below this are made without a word. */
const LARGE = 2 ** 24;

/** A file of hundreds of megabytes is announced before it is made. */
async function sayLarge(
  folder: string,
  format: WeightFormat | undefined,
  output: Output,
): Promise<void> {
  const [{ readSpec }, { expectedBytes }] = await Promise.all([
    import('../../runs/folder/modelFiles.ts'),
    import('../../interop/oneFile/expectedSize.ts'),
  ]);
  const spec = await readSpec(path.join(folder, 'model.json'));
  const [bytes, least] = [format ?? 'float32', 'int8' as const].map((one) =>
    expectedBytes(spec, one),
  );
  if (bytes === undefined || least === undefined || bytes < LARGE) return;
  const smaller = bytes > least ? `; --weights int8 makes it about ${formatBytes(least)}` : '';
  output.note(`The file will have about ${formatBytes(bytes)}${smaller}.`);
}

/** Measures what the weights lose by rounding, where the run's data are there. */
async function sayRounding(folder: string, format: WeightFormat | undefined, output: Output) {
  if (format === undefined || format === 'float32') return {};
  const { roundedAccuracy } = await import('../../runs/roundedAccuracy.ts');
  try {
    const { dataset, count, before, after } = await roundedAccuracy({ folder }, format);
    const words = (share: number): string => `${(100 * share).toFixed(2)} %`;
    const pictures = `${count.toLocaleString('en-US')} test pictures of ${dataset}`;
    output.text(
      `${format} weights read ${words(after)} of ${pictures} right, float32 ${words(before)}.`,
    );
    return { accuracy: { dataset, count, float32: before, [format]: after } };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    output.note(`What ${format} weights lose was not measured: ${error.parts.problem}`);
    return {};
  }
}
