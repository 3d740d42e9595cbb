/**
 * @file How the numbers of a model that is trained lie among processes: all of them in each, or half in each.
 *
 * The loop of training and its checkpoints know whole numbers alone. Next stop: `towers.ts`, the halves.
 */
import type { Exchange, Scope } from '../backends/backend.ts';
import type { Group } from '../cluster/collectives.ts';
import type { Graph } from '../graph/node.ts';
import type { Optimizer } from '../nn/optimizers/optimizer.ts';
import { type EvaluationGraphOptions, evaluationGraph } from '../nn/programs/programs.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { StateValue } from '../nn/trained.ts';
import type { Programs } from './runners/programs.ts';

export type Numbers = ReadonlyMap<string, Pick<StateValue, 'data'>>;

export interface Holding {
  /** Whether other processes hold a part: `whole` and `gather` are then called by all of them. */
  readonly isShared: boolean;
  /** The ranks that share rows where not all do; default: all. */
  readonly rows?: Group | undefined;
  /** What other processes have a part in while a program runs. */
  readonly exchange?: Exchange | undefined;
  evaluationGraph(spec: ModelSpec, options: EvaluationGraphOptions, batchSize: number): Graph;
  /** This process's numbers of all. */
  own(states: Numbers, optimizer?: Optimizer): Numbers;
  /** All numbers of this process's and the others'. */
  whole(
    states: ReadonlyMap<string, StateValue>,
    optimizer?: Optimizer,
  ): Promise<ReadonlyMap<string, StateValue>>;
  /** When training is over: closes its programs and puts the whole model in the scope. */
  gather(scope: Scope, spec: ModelSpec, programs: Programs): Promise<void>;
}

export const allHere: Holding = {
  isShared: false,
  evaluationGraph,
  own: (states) => states,
  whole: async (states) => states,
  gather: async () => undefined,
};
