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
  $ fovea summary lenet5-1998 --connections    which maps of C3 see which of S2
  $ fovea summary lenet5-1998 --diff lenet5    two models side by side
  $ fovea summary alexnet-single --convention seed     as the table of many texts counts
  $ fovea summary lenet5 --input 32x32x1       what it would be on larger pictures
  $ fovea summary lenet5 --json | jq .totals`;

interface Options {
  readonly input?: readonly number[];
  readonly convention?: Convention;
  readonly connections?: boolean;
  readonly diff?: string;
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
    .option('--connections', 'print the tables of layers whose maps see only some of those below')
    .option('--diff <model>', 'put another model beside it')
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
  { input, convention, connections, diff, json }: Options,
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
  if (diff !== undefined) return printDiff(spec, await resolveModel(diff), output);
  if (connections === true) return printConnections(spec, output);
  const result = summarize(spec, input === undefined ? {} : { inputShape: input });
  output.text(formatSummary(result));
  output.data({ ...result });
}

async function printDiff(left: ModelSpec, right: ModelSpec, output: Output): Promise<void> {
  const { diffOf, formatDiff } = await import('../../nn/summaryDiff.ts');
  const diff = diffOf(left, right);
  output.text(formatDiff(diff));
  output.data({ ...diff });
}

async function printConnections(spec: ModelSpec, output: Output): Promise<void> {
  const { formatConnectionTables } = await import('../../nn/connectionTable.ts');
  const tables = formatConnectionTables(spec);
  output.text(tables === '' ? `${spec.name}: every map sees every map below it` : tables);
  const layers = spec.layers.filter(({ kind }) => kind === 'connectedConv2d');
  output.data({
    model: spec.name,
    tables: layers.map(({ name, options }) => ({ name, connections: options.connections })),
  });
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
