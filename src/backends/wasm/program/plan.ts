/**
 * @file All decisions of a program before a byte is emitted: kernels, phases, memory. No machine is needed.
 *
 * A session plans and then emits; `explain.ts` plans, emits and shows. Previous stop: `compile/pipeline.ts`.
 * Next stops: `lowering/lower.ts`, `schedule.ts`, `program.ts`.
 */
import { sizeOf } from '../../../base/shape.ts';
import type { MemoryPlan } from '../../../compile/memoryPlan.ts';
import { compileGraph } from '../../../compile/pipeline.ts';
import { verify } from '../../../compile/verify.ts';
import { batchSizeOf, type Graph, type Node } from '../../../graph/node.ts';
import { storageOf } from '../../inPlace.ts';
import { kernelGradientPartials } from '../emit/conv2d/ops.ts';
import { columnPartials } from '../emit/rows/ops.ts';
import { signatureOf } from '../families.ts';
import type { PlanContext, Target } from '../kernel.ts';
import { lower } from '../lowering/lower.ts';
import { planProgramMemory } from './program.ts';
import { type Schedule, schedule } from './schedule.ts';
import { type BatchWork, type Slicing, sliceBatch, suitedSlicing } from './slicing.ts';

export interface ProgramPlan {
  /** Lowered: each node has a kernel, or is another's storage. */
  readonly graph: Graph;
  readonly context: PlanContext;
  readonly schedule: Schedule;
  readonly memory: MemoryPlan<Node>;
}

export function planProgram(graph: Graph, target: Target): ProgramPlan {
  const compiled = compileGraph(graph);
  const images = batchSizeOf(compiled);
  if (images === undefined) return planLowered(compiled, target, undefined);
  const plan = planLowered(compiled, target, sliceBatch(images));
  const suited = suitedSlicing({ images, ...batchWork(plan) });
  return suited.slices === plan.context.slicing?.slices
    ? plan
    : planLowered(compiled, target, suited);
}

const SUMMED_BY_SLICE: readonly string[] = [kernelGradientPartials.name, columnPartials.name];

function batchWork({ schedule: { phases } }: ProgramPlan): Omit<BatchWork, 'images'> {
  const kernels = phases.flatMap((phase) => phase.kernels);
  const partials = kernels.flatMap((k) => k.outputs).filter((o) => SUMMED_BY_SLICE.includes(o.op));
  return {
    multiplyAdds: kernels.reduce((sum, k) => sum + k.multiplyAdds, 0),
    partialNumbers: partials.reduce((sum, { shape: [, ...one] }) => sum + sizeOf(one), 0),
  };
}

function planLowered(graph: Graph, target: Target, slicing: Slicing | undefined): ProgramPlan {
  const { graph: lowered, context } = lower(graph, target, slicing);
  verify(lowered, 'lowering', signatureOf);
  const phases = schedule(lowered, context);
  const memory = planProgramMemory(lowered, phases);
  return { graph: lowered, context, schedule: phases, memory };
}

/** Byte address of every node's numbers, once it is known where the arena and the states are. */
export function addressing(
  { schedule: { aliases }, memory }: ProgramPlan,
  arena: number,
  stateAddress: (name: string) => number,
): (node: Node) => number {
  const offsets = new Map(memory.placements.map((p) => [p.key, p.offset]));
  return (node) => {
    const owner = storageOf(node, aliases);
    if (owner.op === 'state') return stateAddress(owner.name);
    const offset = offsets.get(owner);
    if (offset === undefined)
      throw new Error(`internal error: no memory planned for ${owner.op} ${owner.name}`);
    return arena + offset;
  };
}
