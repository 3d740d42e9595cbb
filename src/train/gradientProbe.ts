/**
 * @file The gradients of the training loss on some fixed rows, beside a training that goes on: for histograms.
 *
 * The program reads the weights as they stand and moves nothing, moving statistics neither, so that a run that is
 * looked at has the bits of one that is not. Next stop: `nn/programs/programs.ts`, the graph.
 */
import type { HostArray, Session } from '../backends/backend.ts';
import type { ArraySplit } from '../data/arraySplit.ts';
import type { Split } from '../data/dataset.ts';
import { withFrozen } from '../nn/programs/frozen.ts';
import { gradientGraph, gradientName } from '../nn/programs/programs.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { FitOptions } from './events.ts';
import { Feed } from './feed.ts';
import { lossesFor } from './rows.ts';

export interface GradientProbe {
  /** By parameter, of those that are trained. Random layers draw as in `step`. Valid until the next call. */
  measure(step: number): Promise<ReadonlyMap<string, HostArray>>;
  close(): void;
}

/** Of a model that is being trained in the session; undefined where the program does not fit in memory beside it. */
export function openGradientProbe(
  session: Session,
  model: ModelSpec,
  rows: Split | ArraySplit,
  options: Pick<FitOptions, 'freeze' | 'loss' | 'losses' | 'seed'>,
): GradientProbe | undefined {
  const spec = withFrozen(model, options.freeze);
  const { seed = 0 } = options;
  const whole = gradientGraph(spec, { seed, losses: lossesFor(spec, options, rows) }, rows.count);
  const start = gradientName('');
  const outputs = Object.entries(whole.outputs).filter(([name]) => name.startsWith(start));
  const graph = { outputs: Object.fromEntries(outputs), updates: [] };
  const scope = session.scopeOf(model);
  const need = scope.memoryFor(graph);
  if (need !== undefined && need.bytes > need.limit) return undefined;
  const feed = new Feed(graph, scope.compile(graph), spec);
  const all = Int32Array.from({ length: rows.count }, (_, row) => row);
  return {
    measure: async (step) => {
      feed.bind();
      feed.fillRows(rows, all);
      if (feed.inputs.has('step')) feed.executable.input('step')[0] = step;
      feed.executable.run();
      const gradients = new Map<string, HostArray>();
      for (const [name] of outputs) {
        gradients.set(name.slice(start.length), await feed.executable.output(name));
      }
      return gradients;
    },
    close: () => feed.executable.close(),
  };
}
