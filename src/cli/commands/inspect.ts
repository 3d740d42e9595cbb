/**
 * @file `fovea inspect`: what a model is at each stage on its way to machine code.
 *
 * A stage is one line of the table below. Next stops: `graph/print.ts`, `compile/passReports.ts`,
 * `backends/backend.ts`, whose backends explain their programs.
 */
import { Command, Option } from 'commander';
import type { ProgramView } from '../../backends/backend.ts';
import type { BackendName } from '../../backends/select.ts';
import { UsageError, unknownName } from '../../base/errors.ts';
import type { Graph } from '../../graph/node.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { resolveModel } from '../models.ts';
import { addSwitches, jsonOption, numberOption, switchesOf } from '../options/options.ts';
import { precisionOption } from '../options/trainingOptions.ts';
import { openOutput } from '../terminal/output.ts';

const EXAMPLES = `
Stages:
  graph       the forward pass as ops: what a model computes
  backward    a whole training step: forward, loss, gradients, updates
  fused       what each pass of the compiler made of it, and which nodes do the work of several
  schedule    the kernels in phases: their plans, how each is cut, where threads wait
  memory      which bytes hold what, and when
  wat         the emitted WebAssembly as text

The last four show a training step, or with --mode infer the forward pass.

Examples:
  $ fovea inspect lenet5                                   the forward pass, one op per line
  $ fovea inspect lenet5 --stage backward --batch 128
  $ fovea inspect lenet5 --stage schedule --batch 128
  $ fovea inspect lenet5 --stage wat --mode infer --no-revectorize
  $ fovea inspect lenet5 --stage wgsl --mode infer
  $ fovea inspect lenet5 --dot | dot -Tsvg > lenet5.svg    as a drawing (needs Graphviz)`;

type Mode = 'train' | 'infer';

interface Options {
  readonly stage: string;
  readonly batchSize: number;
  readonly mode: Mode;
  readonly precision?: 'float32' | 'float16';
  readonly dot?: boolean;
  readonly json?: boolean;
}

interface Stage {
  /** What the stage shows when no --mode is given; the others are for one mode alone. */
  readonly mode: Mode;
  readonly takesMode?: boolean;
  /** Whether it can be drawn with --dot. */
  readonly drawn?: boolean;
  show(graph: Graph, options: Options): Promise<ProgramView>;
}

const STAGES: Readonly<Record<string, Stage>> = {
  graph: { mode: 'infer', drawn: true, show: showGraph },
  backward: { mode: 'train', drawn: true, show: showGraph },
  fused: { mode: 'train', takesMode: true, show: showPasses },
  schedule: programStage('schedule'),
  memory: programStage('memory'),
  wat: programStage('wat'),
  wgsl: programStage('wgsl', 'webgpu'),
};

export function command(): Command {
  return addSwitches(new Command('inspect'))
    .description('look at a model on its way from layers to machine code')
    .argument('<model>', 'name of a model, a model.json, or the folder of a run')
    .option('--stage <name>', Object.keys(STAGES).join(', '), 'graph')
    .addOption(numberOption('count', '--batch, --batch-size <n>', 'rows of the program').default(1))
    .addOption(
      new Option('--mode <mode>', 'of the compiled stages; default: train').choices([
        'train',
        'infer',
      ]),
    )
    .addOption(precisionOption())
    .option('--dot', 'as a drawing in the language of Graphviz')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(inspect);
}

async function inspect(model: string, given: Options): Promise<void> {
  const name = given.stage;
  const stage = Object.hasOwn(STAGES, name) ? STAGES[name] : undefined;
  if (stage === undefined) throw unknownName('stage', name, Object.keys(STAGES), true);
  checkFits(name, stage, given);
  const options = { ...given, mode: given.mode ?? stage.mode };
  const spec = await resolveModel(model);
  const output = openOutput(options.json === true);
  const { text, data } = await stage.show(await graphOf(spec, options), options);
  output.text(text.trimEnd());
  const { batchSize, mode } = options;
  output.data({ event: 'stage', model, stage: name, batchSize, mode, ...data });
}

/** Options that a stage would leave unread are mistakes. */
function checkFits(name: string, stage: Stage, { mode, dot }: Partial<Options>): void {
  const names = (fits: (s: Stage) => boolean | undefined): string =>
    Object.entries(STAGES)
      .filter(([, s]) => fits(s))
      .map(([key]) => key)
      .join(', ');
  if (mode !== undefined && mode !== stage.mode && stage.takesMode !== true) {
    throw new UsageError({
      problem: `the stage "${name}" has no mode "${mode}"`,
      expected: `a stage that has both modes: ${names((s) => s.takesMode)}`,
    });
  }
  if (dot === true && stage.drawn !== true) {
    throw new UsageError({
      problem: `the stage "${name}" cannot be drawn with --dot`,
      expected: `one of ${names((s) => s.drawn)}`,
    });
  }
}

async function graphOf(spec: ModelSpec, options: Options): Promise<Graph> {
  const { mode, batchSize } = options;
  const { precisionOf } = await import('../../nn/precision/choice.ts');
  const precision = await precisionOf(options.precision);
  const { inferenceGraph, trainingGraph } = await import('../../nn/programs/programs.ts');
  if (mode === 'infer') return precision.rounded(inferenceGraph(spec, batchSize));
  const { optimizerOf } = await import('../../nn/optimizers/index.ts');
  return trainingGraph(spec, { optimizer: optimizerOf('adam'), precision }, batchSize);
}

async function showGraph(graph: Graph, { dot }: Options): Promise<ProgramView> {
  const { graphData, printDot, printGraph } = await import('../../graph/print.ts');
  if (dot !== true) return { text: printGraph(graph), data: graphData(graph) };
  const text = printDot(graph);
  return { text, data: { dot: text } };
}

async function showPasses(graph: Graph): Promise<ProgramView> {
  const { fusedNodes, reportPasses } = await import('../../compile/passReports.ts');
  const { graphData, printGraph } = await import('../../graph/print.ts');
  const reports = reportPasses(graph);
  const last = reports.at(-1)?.graph ?? graph;
  const fused = fusedNodes(last);
  const lines = reports.flatMap(({ name, reason, nodes, changes }) => [
    `${name.padEnd(18)} ${String(nodes).padStart(5)} nodes${reason === '' ? '' : `   ${reason}`}`,
    ...changes.map(({ op, before, after }) => `${' '.repeat(26)}${op} ${before} -> ${after}`),
  ]);
  const works = fused.flatMap(({ name, op, formula, inputs }) => [
    `${name}: ${op} of ${inputs.join(', ')}`,
    `    ${formula}`,
  ]);
  return {
    text: [
      'The passes',
      '',
      ...lines,
      '',
      'Nodes that do the work of several ($0, $1, ... are the inputs; in an epilogue $0 is the sum)',
      '',
      ...works,
      '',
      'The graph that is scheduled',
      '',
      printGraph(last),
    ].join('\n'),
    data: {
      passes: reports.map(({ graph: after, nodes: count, ...report }) => ({
        ...report,
        count,
        ...graphData(after),
      })),
      fused,
    },
  };
}

/** A view of the program that the backend makes. */
function programStage(view: string, backend: BackendName = 'wasm'): Stage {
  return {
    mode: 'train',
    takesMode: true,
    show: async (graph, options) => {
      const { explainProgram } = await import('../../backends/select.ts');
      const views = await explainProgram(graph, { backend, ...switchesOf(options) });
      const show = views[view];
      if (show === undefined) throw unknownName('stage', view, Object.keys(views), true);
      return show();
    },
  };
}
