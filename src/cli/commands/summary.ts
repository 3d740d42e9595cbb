/**
 * @file `fovea summary`: the accounting of a model, layer by layer.
 *
 * Next stop: `nn/summary.ts`.
 */
import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { resolveModel } from '../models.ts';
import { jsonOption } from '../options.ts';
import { openOutput } from '../output.ts';

const EXAMPLES = `
Without a MODEL the models there are, with their size.

Examples:
  $ fovea summary
  $ fovea summary lenet5
  $ fovea summary runs/lenet5
  $ fovea summary lenet5 --input 32x32x1       what it would be on larger pictures
  $ fovea summary lenet5 --json | jq .totals`;

interface Options {
  readonly input?: readonly number[];
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('summary')
    .description('output shapes, parameters, connections, multiply-adds, receptive fields')
    .argument('[model]', 'name of a model, a model.json, or the folder of a run')
    .option('--input <shape>', 'another input shape, such as 32x32x1', parseShape)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(summary);
}

function parseShape(text: string): number[] {
  const shape = text.split('x').map(Number);
  if (shape.every((n) => Number.isSafeInteger(n) && n >= 1)) return shape;
  throw new UsageError({
    where: '--input',
    problem: `received "${text}"`,
    expected: 'height x width x channels, such as 32x32x1',
  });
}

async function summary(model: string | undefined, { input, json }: Options): Promise<void> {
  const output = openOutput(json === true);
  const [{ summarize }, { formatCount, formatSummary }, { modelNames, modelOf }] =
    await Promise.all([
      import('../../nn/summary.ts'),
      import('../../nn/summaryTable.ts'),
      import('../../models/index.ts'),
    ]);
  if (model === undefined) {
    for (const name of modelNames) {
      const { inputShape, totals } = summarize(modelOf(name));
      output.text(`${name}  ${formatCount(totals.parameters)} parameters`);
      output.data({ model: name, inputShape, totals });
    }
    return;
  }
  const result = summarize(
    await resolveModel(model),
    input === undefined ? {} : { inputShape: input },
  );
  output.text(formatSummary(result));
  output.data({ ...result });
}
