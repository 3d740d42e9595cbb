/**
 * @file `fovea summary`: the accounting of a model, layer by layer.
 *
 * Next stop: `nn/accounting/summary.ts`.
 */
import { Command, Option } from 'commander';
import { FoveaError } from '../../base/errors.ts';
import { type Convention, conventionOf } from '../../nn/accounting/conventions.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { resolveModel } from '../models.ts';
import { jsonOption, parseShape } from '../options/options.ts';
import { type Output, openOutput } from '../terminal/output.ts';

const EXAMPLES = `
Without a MODEL the models there are, with their size.

Examples:
  $ fovea summary
  $ fovea summary lenet5
  $ fovea summary runs/lenet5
  $ fovea summary lenet5-1998 --connections    which maps of C3 see which of S2
  $ fovea summary lenet5-1998 --codes          the bitmaps of the classes and their distances
  $ fovea summary lenet5-1998 --diff lenet5    two models side by side
  $ fovea summary alexnet-single --convention text     as the table of many texts counts
  $ fovea summary lenet5 --input 32x32x1       what it would be on larger pictures
  $ fovea summary alexnet --wide               windows beside the counts, in one wide table
  $ fovea summary alexnet --towers             who holds what, as on the two cards of 2012
  $ fovea summary lenet5 --json | jq .totals`;

interface Options {
  readonly input?: readonly number[];
  readonly convention?: Convention;
  readonly connections?: boolean;
  readonly codes?: boolean;
  readonly diff?: string;
  readonly wide?: boolean;
  readonly towers?: boolean;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('summary')
    .description('output shapes, parameters, connections, multiply-adds, receptive fields')
    .argument('[model]', 'name of a model, a model.json, or the folder of a run')
    .option('--input <shape>', 'another input shape, such as 32x32x1', parseShape)
    .addOption(
      new Option(
        '--convention <name>',
        'count AlexNet as many texts do (text), as its paper (paper), or any model as tools do (modern)',
      ).argParser(conventionOf),
    )
    .option('--connections', 'print the tables of layers whose maps see only some of those below')
    .option('--codes', 'print the bitmaps that outputs are compared with, and their distances')
    .option(
      '--towers',
      'what each of two ranks holds and what they exchange, as train --towers does',
    )
    .option('--diff <model>', 'put another model beside it')
    .option('--wide', 'all columns in one table, however wide')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(summary);
}

async function summary(
  model: string | undefined,
  { input, convention, connections, codes, diff, wide, towers, json }: Options,
): Promise<void> {
  const output = openOutput(json === true);
  const [{ summarize }, { formatCount, formatSummary }, { modelNames, modelOf }] =
    await Promise.all([
      import('../../nn/accounting/summary.ts'),
      import('../../nn/accounting/summaryTable.ts'),
      import('../../models/index.ts'),
    ]);
  if (model === undefined) {
    for (const name of modelNames) {
      const { inputShape, totals } = summarize(modelOf(name));
      output.text(`${name}  ${formatCount(totals.parameters)} parameters`);
      output.data({ event: 'model', model: name, inputShape, totals });
    }
    return;
  }
  const spec = await resolveModel(model);
  if (convention !== undefined) return printConvention(spec, convention, output);
  if (diff !== undefined) return printDiff(spec, await resolveModel(diff), output);
  if (connections === true) return printConnections(spec, output);
  if (codes === true) return printCodes(spec, output);
  if (towers === true) return printTowers(spec, output);
  const result = input === undefined ? summarize(spec) : await resized(spec, input, output);
  const width = wide === true ? Number.POSITIVE_INFINITY : (process.stdout.columns ?? 100);
  output.text(formatSummary(result, { width }));
  output.data({ event: 'summary', ...result });
}

/** The model on another size of picture, and what that means for numbers trained on its own. */
async function resized(spec: ModelSpec, input: readonly number[], output: Output) {
  const [{ nearestInput, summarize }, { formatCount }, { formatShape }] = await Promise.all([
    import('../../nn/accounting/summary.ts'),
    import('../../nn/accounting/summaryTable.ts'),
    import('../../base/shape.ts'),
  ]);
  const own = summarize(spec);
  let result: typeof own;
  try {
    result = summarize(spec, { inputShape: input });
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const near = nearestInput(spec, input);
    const sizes = near.map((shape) => `--input ${shape.join('x')}`).join(' or ');
    const fix = sizes === '' ? undefined : `this model takes ${sizes}`;
    throw new FoveaError({ ...error.parts, ...(fix === undefined ? {} : { fix }) });
  }
  for (const [i, layer] of result.layers.entries()) {
    const { name, parameters } = own.layers[i] ?? layer;
    if (layer.parameters === parameters) continue;
    output.note(
      `${name} has ${formatCount(layer.parameters)} parameters on ${formatShape(input)}, ${formatCount(parameters)} on ${formatShape(spec.inputShape)}: numbers trained on one do not fit the other`,
    );
  }
  return result;
}

async function printDiff(left: ModelSpec, right: ModelSpec, output: Output): Promise<void> {
  const { diffOf, formatDiff } = await import('../../nn/accounting/summaryDiff.ts');
  const diff = diffOf(left, right);
  output.text(formatDiff(diff));
  output.data({ event: 'diff', ...diff });
}

async function printCodes(spec: ModelSpec, output: Output): Promise<void> {
  const [{ codedClassesOf, formatCodes }, { distanceTable }] = await Promise.all([
    import('../../nn/accounting/codeTable.ts'),
    import('../../nn/bitmaps.ts'),
  ]);
  const characters = codedClassesOf(spec);
  if (characters.length === 0) output.text(`${spec.name}: its outputs have no bitmaps`);
  else output.text(formatCodes(characters));
  output.data({
    event: 'codes',
    model: spec.name,
    codes: characters,
    distances: distanceTable(characters),
  });
}

async function printTowers(spec: ModelSpec, output: Output): Promise<void> {
  const { formatTowers, summarizeTowers } = await import('../../nn/accounting/towerTable.ts');
  const towers = summarizeTowers(spec);
  output.text(formatTowers(towers, { width: process.stdout.columns ?? 100 }));
  output.data({ event: 'towers', ...towers });
}

async function printConnections(spec: ModelSpec, output: Output): Promise<void> {
  const { formatConnectionTables } = await import('../../nn/accounting/connectionTable.ts');
  const tables = formatConnectionTables(spec);
  output.text(tables === '' ? `${spec.name}: every map sees every map below it` : tables);
  const layers = spec.layers.filter(({ kind }) => kind === 'connectedConv2d');
  output.data({
    event: 'connections',
    model: spec.name,
    tables: layers.map(({ name, options }) => ({ name, connections: options.connections })),
  });
}

async function printConvention(
  own: ModelSpec,
  convention: Convention,
  output: Output,
): Promise<void> {
  const [{ compareConventions, formatComparison }, { requireConvention }] = await Promise.all([
    import('../../nn/accounting/conventionTable.ts'),
    import('../../models/published.ts'),
  ]);
  const comparison = compareConventions(requireConvention(own, convention), convention);
  output.text(formatComparison(comparison));
  const { counted, ...rest } = comparison;
  output.data({ event: 'counted', ...counted, ...rest });
}
