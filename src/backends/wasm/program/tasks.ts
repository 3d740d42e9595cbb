/**
 * @file The steps that a schedule places, and which of them become one kernel.
 *
 * Previous stop: `schedule.ts`. Next stop: `../emit/elementwise/elementwise.ts`.
 */
import { first } from '../../../base/lists.ts';
import { sameShape } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import { elementwiseKernel } from '../emit/elementwise/elementwise.ts';
import type { Kernel, PlanContext } from '../kernel.ts';

/** One step to be placed: a node with a kernel, an element-wise node to be grouped, a host op, or an exchange. */
export interface Task {
  readonly node: Node;
  readonly kind: 'batch' | 'split' | 'host' | 'exchange';
  readonly kernel: Kernel | undefined;
  readonly waitsFor: Set<Task>;
}

const MOST_GROUPED = 6;
const MOST_GROUP_INPUTS = 10;

/**
 * The kernels of a split phase. Element-wise nodes of one shape that share inputs, or feed each other
 * element by element, become one kernel: the chosen list grows by what the group pulls in.
 */
export function kernelsOf(
  chosen: Task[],
  open: ReadonlySet<Task>,
  done: ReadonlySet<Task>,
  context: PlanContext,
): Kernel[] {
  const kernels: Kernel[] = [];
  const grouped = new Set<Task>();
  for (const task of [...chosen]) {
    if (task.kernel !== undefined) {
      kernels.push(task.kernel);
      continue;
    }
    if (grouped.has(task)) continue;
    const group = new Set([task]);
    for (const other of open) {
      if (group.size === MOST_GROUPED) break;
      if (joins(other, group, done) && !grouped.has(other)) group.add(other);
    }
    for (const member of group) {
      grouped.add(member);
      if (!chosen.includes(member)) chosen.push(member);
    }
    const nodes = [...group].map((t) => t.node);
    kernels.push(elementwiseKernel(nodes, context));
  }
  return kernels;
}

function joins(task: Task, group: ReadonlySet<Task>, done: ReadonlySet<Task>): boolean {
  if (group.has(task) || task.kind !== 'split' || task.kernel !== undefined) return false;
  const members = [...group].map((t) => t.node);
  if (!sameShape(task.node.shape, first(members, 'node').shape)) return false;
  if (![...task.waitsFor].every((t) => done.has(t) || group.has(t))) return false;
  const read = new Set(members.flatMap((n) => n.inputs));
  const related = task.node.inputs.some(
    (i) => members.includes(i) || (read.has(i) && sameShape(i.shape, task.node.shape)),
  );
  for (const input of task.node.inputs) read.add(input);
  return related && read.size <= MOST_GROUP_INPUTS;
}
