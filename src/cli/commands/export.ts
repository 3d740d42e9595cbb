/**
 * @file `fovea export`: the network of a run as files of another program.
 *
 * Next stop: `runs/exportRun.ts`.
 */
import { Command, Option } from 'commander';
import { exporters, exportFormats } from '../../interop/exporters.ts';
import { type ExportChoice, type ExportOptions, exportChoices } from '../../interop/exporting.ts';
import { resolveRun } from '../models.ts';
import { jsonOption } from '../options/options.ts';
import { optionOf } from '../terminal/errorWords.ts';
import { openOutput, table } from '../terminal/output.ts';

const EXAMPLES = `
Formats:
${exportFormats.map((format) => `  ${format.padEnd(12)} ${exporters[format].says}`).join('\n')}

Without --out one file stands here, several stand in a folder of their own. Files that are there are left alone.

Examples:
  $ fovea export runs/lenet5 --to safetensors                       lenet5.safetensors
  $ fovea export runs/lenet5 --to safetensors --layout pytorch      and model.py, which loads it`;

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
  const files = await exportRun({ folder, to, out, overwrite, options: chosen });
  output.text(
    table(files.map(({ path, bytes }) => [path, `${bytes.toLocaleString('en-US')} bytes`])),
  );
  output.data({ event: 'result', run: folder, to, files });
}
