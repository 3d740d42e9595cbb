/**
 * @file A program as a session would make it, to be looked at: planned and emitted, never run.
 *
 * Addresses are those of a session's first program. Next stop: `listing.ts`, which prints it.
 */
import { sizeOf } from '../../../base/shape.ts';
import { align } from '../../../compile/memoryPlan.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../../../graph/node.ts';
import { CONTROL, CONTROL_BYTES } from '../control.ts';
import type { Target } from '../kernel.ts';
import { probeFeatures } from '../machine/features.ts';
import { choosePairs } from '../machine/pairs.ts';
import { MOST_PAGES } from '../memory.ts';
import type { WasmOptions } from '../options.ts';
import { addressing, type ProgramPlan, planProgram } from './plan.ts';
import { emitProgram, type Program } from './program.ts';

export interface ExplainedProgram extends ProgramPlan {
  readonly target: Target;
  readonly program: Program;
  readonly stateBytes: number;
  /** Byte address of a node's numbers. */
  address(node: Node): number;
}

/** What this runtime takes, as a session would find it. */
export async function targetOf({
  revectorize = 'auto',
  winograd,
}: WasmOptions = {}): Promise<Target> {
  const features = probeFeatures();
  const { pairs } = await choosePairs(revectorize, features);
  return { relaxedMadd: features.relaxedMadd, pairs, winograd };
}

export function explain(graph: Graph, target: Target): ExplainedProgram {
  const plan = planProgram(graph, target);
  const states = new Map<string, number>();
  let top = CONTROL_BYTES;
  for (const node of topologicalOrder(rootsOf(plan.graph))) {
    if (node.op !== 'state') continue;
    states.set(node.name, top);
    top += align(sizeOf(node.shape) * 4);
  }
  const address = addressing(plan, top, (name) => states.get(name) as number);
  const program = emitProgram(plan.schedule, {
    memory: { initialPages: 1, maximumPages: MOST_PAGES, shared: true },
    context: plan.context,
    address,
    threads: 2,
    tickets: { next: CONTROL.next * 4, done: CONTROL.done * 4, failed: CONTROL.failed * 4 },
  });
  return { ...plan, target, program, stateBytes: top - CONTROL_BYTES, address };
}
