/**
 * @file The order of a program: kernels one after the other, and which values share memory.
 *
 * A new state that is computed element by element is written over the old one, once all other readers are done.
 * Element-wise nodes of one shape that read the same values become one kernel, as far as the adapter binds them.
 * What ranks exchange at once is copied at once, all of it before anything reads it.
 * Previous stop: `../lowering/lower.ts`. Next stop: `compile/slotPlan.ts`, where the numbers lie; then `program.ts`.
 */
import { sameShape } from '../../../base/shape.ts';
import {
  firstInput,
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../../graph/node.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { isExchange } from '../../../ops/ranks.ts';
import { inBuckets } from '../../inBuckets.ts';
import { storageOf, writeInPlace } from '../../inPlace.ts';
import { elementwiseKernel, readsOf } from '../emit/elementwise/elementwise.ts';
import { planKernel, recordOf } from '../families.ts';
import type { Kernel, PlanContext } from '../kernel.ts';

export interface Schedule {
  readonly kernels: readonly Kernel[];
  /** Nodes whose numbers are another node's: reshapes, and new states written in place. */
  readonly aliases: ReadonlyMap<Node, Node>;
  /** What ranks exchange, in order; those that begin together stand together. */
  readonly exchanges: readonly (readonly Node[])[];
}

/** One node to be placed. */
interface Task {
  readonly node: Node;
  readonly waitsFor: Set<Task>;
}

type Tasks = ReadonlyMap<Node, Task>;

export function schedule(graph: Graph, context: PlanContext): Schedule {
  const aliases = new Map<Node, Node>();
  const tasks = new Map<Node, Task>();
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (isSource(node)) continue;
    if (node.op === 'reshape') {
      aliases.set(node, firstInput(node));
      continue;
    }
    const waitsFor = new Set<Task>();
    for (const input of node.inputs) {
      const task = tasks.get(storageOf(input, aliases));
      if (task !== undefined) waitsFor.add(task);
    }
    tasks.set(node, { node, waitsFor });
  }
  const buckets = inBuckets([...tasks.values()].filter(({ node }) => isExchange(node)));
  keepTogether(buckets);
  writeInPlace(graph, tasks, aliases, recordOf);
  const exchanges = buckets.map((bucket) => bucket.map(({ node }) => node));
  const isReadBeyond = readingBeyond(graph);
  const kernels = place({ tasks, buckets, aliases, context, isReadBeyond });
  return { kernels, aliases, exchanges };
}

/** Exchanges that begin together wait for all that any of them needs, and for those before. */
function keepTogether(buckets: readonly (readonly Task[])[]): void {
  buckets.forEach((bucket, k) => {
    const needed = [...bucket.flatMap(({ waitsFor }) => [...waitsFor]), ...(buckets[k - 1] ?? [])];
    for (const { waitsFor } of bucket) for (const task of needed) waitsFor.add(task);
  });
}

interface Placing {
  readonly tasks: Tasks;
  readonly buckets: readonly (readonly Task[])[];
  readonly aliases: ReadonlyMap<Node, Node>;
  readonly context: PlanContext;
  /** Whether anything beside these nodes, of which it is one, reads a node. */
  readonly isReadBeyond: (node: Node, nodes: readonly Node[]) => boolean;
}

/** In the order of the graph, as far as nobody waits for somebody later. */
function place(placing: Placing): readonly Kernel[] {
  const { tasks, buckets, context, isReadBeyond } = placing;
  const kernels: Kernel[] = [];
  const done = new Set<Task>();
  const open = new Set(tasks.values());
  while (open.size > 0) {
    const task = [...open].find(({ waitsFor }) => [...waitsFor].every((t) => done.has(t)));
    if (task === undefined) throw new Error('internal error: the schedule has a cycle');
    const isElementwise = expressionOf(task.node) !== undefined;
    const group = isElementwise
      ? groupOf(task, open, done, placing)
      : (buckets.find((bucket) => bucket.includes(task)) ?? [task]);
    const nodes = group.map(({ node }) => node);
    if (isElementwise)
      kernels.push(
        elementwiseKernel(
          nodes,
          nodes.filter((node) => isReadBeyond(node, nodes)),
          context,
        ),
      );
    else kernels.push(...nodes.map((node) => planKernel(node, context)));
    for (const member of group) {
      done.add(member);
      open.delete(member);
    }
  }
  return kernels;
}

/** Whether anything beside some nodes reads one of them: only then it has to be in memory. */
function readingBeyond(graph: Graph): (node: Node, nodes: readonly Node[]) => boolean {
  const seen = new Set([
    ...Object.values(graph.outputs),
    ...graph.updates.map(({ value }) => value),
  ]);
  const readers = new Map<Node, Node[]>();
  for (const reader of topologicalOrder(rootsOf(graph)))
    for (const node of reader.inputs) readers.set(node, [...(readers.get(node) ?? []), reader]);
  return (node, nodes) =>
    seen.has(node) || (readers.get(node) ?? []).some((reader) => !nodes.includes(reader));
}

const MOST_GROUPED = 6;

/** The task and those that one kernel computes with it, in order. */
function groupOf(
  task: Task,
  open: ReadonlySet<Task>,
  done: ReadonlySet<Task>,
  placing: Placing,
): Task[] {
  const group = [task];
  for (const other of open) {
    if (group.length === MOST_GROUPED) break;
    if (other === task || expressionOf(other.node) === undefined) continue;
    if (!sameShape(other.node.shape, task.node.shape)) continue;
    if (![...other.waitsFor].every((t) => done.has(t) || group.includes(t))) continue;
    if (!isRelated(other.node, group)) continue;
    const nodes = [...group, other].map(({ node }) => node);
    if (buffersOf(nodes, placing) <= placing.context.target.maxBuffers) group.push(other);
  }
  return group;
}

/** Reads a whole value that the group makes or reads too. */
function isRelated(node: Node, group: readonly Task[]): boolean {
  const members = group.map((t) => t.node);
  const read = new Set(members.flatMap(({ inputs }) => inputs));
  return node.inputs.some(
    (i) => members.includes(i) || (read.has(i) && sameShape(i.shape, node.shape)),
  );
}

/** The buffers that one kernel of these nodes would bind. */
function buffersOf(nodes: readonly Node[], { aliases, isReadBeyond }: Placing): number {
  const stored = nodes.filter((node) => isReadBeyond(node, nodes));
  return new Set([...stored, ...readsOf(nodes)].map((node) => storageOf(node, aliases))).size;
}
