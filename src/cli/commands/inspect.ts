/**
 * @file `fovea inspect`: what a model is at each stage on its way to machine code.
 *
 * A stage is one line of the table below. Next stop: `graph/print.ts`.
 */
import { Command } from 'commander';
import { unknownName } from '../../base/errors.ts';
import type { Graph } from '../../graph/node.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { resolveModel } from '../models.ts';
import { jsonOption, numberOption } from '../options.ts';
import { openOutput } from '../output.ts';

const EXAMPLES = `
Stages:
  graph       the forward pass as ops: what a model computes
  backward    a whole training step: forward, loss, gradients, updates

Examples:
  $ fovea inspect lenet5                                   the forward pass, one op per line
  $ fovea inspect lenet5 --stage backward --batch-size 128
  $ fovea inspect lenet5 --dot | dot -Tsvg > lenet5.svg    as a drawing (needs Graphviz)`;

interface Options {
  readonly stage: string;
  readonly batchSize: number;
  readonly dot?: boolean;
  readonly json?: boolean;
}

/** A stage gives text; `dot` asks for a drawing where there is one. */
type Stage = (spec: ModelSpec, options: Options) => Promise<string>;

const STAGES: Readonly<Record<string, Stage>> = {
  graph: async (spec, options) => {
    const { inferenceGraph } = await import('../../nn/programs.ts');
    return print(inferenceGraph(spec, options.batchSize), options);
  },
  backward: async (spec, options) => print(await trainingStep(spec, options), options),
};

export function command(): Command {
  return new Command('inspect')
    .description('look at a model on its way from layers to machine code')
    .argument('<model>', 'name of a model, a model.json, or the folder of a run')
    .option('--stage <name>', Object.keys(STAGES).join(', '), 'graph')
    .addOption(numberOption('count', '--batch-size <n>', 'rows of the program').default(1))
    .option('--dot', 'as a drawing in the language of Graphviz')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(inspect);
}

async function inspect(model: string, options: Options): Promise<void> {
  const { stage } = options;
  if (!Object.hasOwn(STAGES, stage)) throw unknownName('stage', stage, Object.keys(STAGES), true);
  const output = openOutput(options.json === true);
  const text = await STAGES[stage](await resolveModel(model), options);
  output.text(text.trimEnd());
  output.data({ model, stage, batchSize: options.batchSize, text });
}

async function trainingStep(spec: ModelSpec, { batchSize }: Options): Promise<Graph> {
  const { trainingGraph } = await import('../../nn/programs.ts');
  const { optimizerOf } = await import('../../nn/optimizers/index.ts');
  return trainingGraph(spec, { optimizer: optimizerOf('adam') }, batchSize);
}

async function print(graph: Graph, { dot }: Options): Promise<string> {
  const { printDot, printGraph } = await import('../../graph/print.ts');
  return dot === true ? printDot(graph) : printGraph(graph);
}
