/**
 * @file `fovea summary`: the accounting of a model, layer by layer.
 *
 * Next stop: `nn/summary.ts`.
 */
import { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { type Convention, conventions } from '../../nn/conventions.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { resolveModel } from '../models.ts';
import { jsonOption } from '../options.ts';
import { type Output, openOutput } from '../output.ts';

const EXAMPLES = `
Without a MODEL the models there are, with their size.

Examples:
  $ fovea summary
  $ fovea summary lenet5
  $ fovea summary runs/lenet5
  $ fovea summary alexnet-single --convention seed     as the table of many texts counts
  $ fovea summary lenet5 --input 32x32x1       what it would be on larger pictures
  $ fovea summary lenet5 --json | jq .totals`;

interface Options {
  readonly input?: readonly number[];
  readonly convention?: Convention;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('summary')
    .description('output shapes, parameters, connections, multiply-adds, receptive fields')
    .argument('[model]', 'name of a model, a model.json, or the folder of a run')
    .option('--input <shape>', 'another input shape, such as 32x32x1', parseShape)
    .addOption(
      new Option('--convention <name>', 'count as texts do, and say why they differ').choices(
        conventions,
      ),
    )
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

async function summary(
  model: string | undefined,
  { input, convention, json }: Options,
): Promise<void> {
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
  const spec = await resolveModel(model);
  if (convention !== undefined) return printConvention(spec, convention, output);
  const result = summarize(spec, input === undefined ? {} : { inputShape: input });
  output.text(formatSummary(result));
  output.data({ ...result });
}

async function printConvention(
  own: ModelSpec,
  convention: Convention,
  output: Output,
): Promise<void> {
  const [{ compareConventions, formatComparison }, { publishedVersionOf }] = await Promise.all([
    import('../../nn/conventionTable.ts'),
    import('../../models/published.ts'),
  ]);
  const comparison = compareConventions({ own, published: publishedVersionOf(own) }, convention);
  output.text(formatComparison(comparison));
  const { counted, ...rest } = comparison;
  output.data({ ...counted, ...rest });
}
