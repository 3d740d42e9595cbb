/**
 * @file The order of a program: kernels in phases; a phase waits for the one before it, inside nobody waits.
 *
 * A batch phase hands whole slices of images from kernel to kernel: each thread takes its slices through all
 * of them, so a slice's activations stay in its cache and nobody waits. A split phase runs kernels that do
 * not need each other, each cut by its own units. A host phase runs one op's plain loops on the caller.
 * A program that updates nothing begins with what depends on states alone (transposed or transformed weights)
 * in phases of their own, which a session leaves out while the states stay as they are.
 * Previous stop: `lowering/lower.ts`. Next stop: `compile/memoryPlan.ts`, where the numbers lie; then `program.ts`.
 */
import { first } from '../../../base/lists.ts';
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
import { elementwiseKernel } from '../emit/elementwise/elementwise.ts';
import { planKernel, recordOf } from '../families.ts';
import type { Kernel, PlanContext } from '../kernel.ts';

export type PhaseKind = 'batch' | 'split' | 'host';

export interface Phase {
  readonly kind: PhaseKind;
  readonly kernels: readonly Kernel[];
  /** The node a host phase computes. */
  readonly node?: Node;
  /** Reads states and constants alone: run again only when a state has new numbers. */
  readonly prepares?: true;
}

export interface Schedule {
  readonly phases: readonly Phase[];
  /** Nodes whose numbers are another node's: reshapes, and new states written in place. */
  readonly aliases: ReadonlyMap<Node, Node>;
}

/** One step to be placed: a node with a kernel, an element-wise node to be grouped, or a host op. */
interface Task {
  readonly node: Node;
  readonly kind: PhaseKind;
  readonly kernel: Kernel | undefined;
  readonly waitsFor: Set<Task>;
}

/** The node that owns the numbers. */
export function storageOf(node: Node, aliases: ReadonlyMap<Node, Node>): Node {
  let owner = node;
  for (let next = aliases.get(owner); next !== undefined; next = aliases.get(owner)) owner = next;
  return owner;
}

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
    const kernel = expressionOf(node) === undefined ? planKernel(node, context) : undefined;
    tasks.set(node, { node, kind: kindOf(node, kernel, context), kernel, waitsFor });
  }
  writeInPlace(graph, tasks, aliases);
  const all = [...tasks.values()];
  const prepared = graph.updates.length > 0 ? new Set<Task>() : preparations(all, aliases);
  const rest = all.filter((task) => !prepared.has(task));
  const done = new Set<Task>();
  const phases = [
    ...placeAll([...prepared], done, context).map((phase) => ({
      ...phase,
      prepares: true as const,
    })),
    ...placeAll(rest, done, context),
  ];
  return { phases, aliases };
}

function kindOf(node: Node, kernel: Kernel | undefined, context: PlanContext): PhaseKind {
  if (expressionOf(node) !== undefined) return context.isBatched(node) ? 'batch' : 'split';
  if (kernel === undefined) return 'host';
  return kernel.partition.images === undefined ? 'split' : 'batch';
}

/** Reads each of the state's numbers just before it writes the new one there, and no others. */
function readsAsItWrites(value: Node, state: Node): boolean {
  if (expressionOf(value) !== undefined) return true;
  // A sum with the update as its epilogue; its own inputs are read whole.
  const record = recordOf(value.op);
  if (record?.finishesInPlace !== true) return false;
  const { arity } = record.op;
  return !(arity === 'any' ? value.inputs : value.inputs.slice(0, arity)).includes(state);
}

/**
 * A new state that is computed element by element is written over the old one, once everything else that
 * reads the old one is done. Where that order is impossible the value keeps memory of its own, and the
 * program copies it at the end.
 */
function writeInPlace(
  graph: Graph,
  tasks: ReadonlyMap<Node, Task>,
  aliases: Map<Node, Node>,
): void {
  const shown = new Set(Object.values(graph.outputs));
  for (const { state, value } of graph.updates) {
    const task = tasks.get(value);
    if (task === undefined || !readsAsItWrites(value, state) || aliases.has(value)) continue;
    if (shown.has(value)) continue;
    const readers = [...tasks.values()].filter(
      (t) => t !== task && t.node.inputs.some((i) => storageOf(i, aliases) === state),
    );
    if (readers.some((reader) => reaches(reader, task))) continue;
    for (const reader of readers) task.waitsFor.add(reader);
    aliases.set(value, state);
  }
}

/** Whether `from` waits, directly or not, for `to`. */
function reaches(from: Task, to: Task, seen = new Set<Task>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...from.waitsFor].some((t) => reaches(t, to, seen));
}

/** Split tasks that no input of the program reaches. */
function preparations(tasks: readonly Task[], aliases: ReadonlyMap<Node, Node>): Set<Task> {
  const prepared = new Set<Task>();
  for (const task of tasks) {
    const fixed =
      [...task.waitsFor].every((t) => prepared.has(t)) &&
      task.node.inputs.every((input) => storageOf(input, aliases).op !== 'input');
    if (task.kind === 'split' && fixed) prepared.add(task);
  }
  return prepared;
}

/** Places the tasks in phases; those in `done` have run before, and the placed ones join them. */
function placeAll(tasks: readonly Task[], done: Set<Task>, context: PlanContext): Phase[] {
  const phases: Phase[] = [];
  const open = new Set(tasks);
  const ready = (task: Task, also?: ReadonlySet<Task>): boolean =>
    [...task.waitsFor].every((t) => done.has(t) || also?.has(t) === true);
  while (open.size > 0) {
    const candidates = [...open].filter((t) => ready(t));
    // Preparation (transposes, packing) first: then one batch phase can run from the first layer to the last.
    const kind = (['split', 'batch', 'host'] as const).find((k) =>
      candidates.some((t) => t.kind === k),
    );
    if (kind === undefined) throw new Error('internal error: the schedule has a cycle');
    const chosen: Task[] = [];
    if (kind === 'host') {
      const task = first(
        candidates.filter((t) => t.kind === 'host'),
        'task',
      );
      chosen.push(task);
      phases.push({ kind, kernels: [], node: task.node });
    } else if (kind === 'split') {
      chosen.push(...candidates.filter((t) => t.kind === 'split'));
      phases.push({ kind, kernels: kernelsOf(chosen, open, done, context) });
    } else {
      const inPhase = new Set<Task>();
      for (const task of open) {
        if (task.kind === 'batch' && ready(task, inPhase)) inPhase.add(task);
      }
      chosen.push(...inPhase);
      phases.push({
        kind,
        kernels: chosen.map((t) => t.kernel ?? elementwiseKernel([t.node], context)),
      });
    }
    for (const task of chosen) {
      done.add(task);
      open.delete(task);
    }
  }
  return phases;
}

const MOST_GROUPED = 6;
const MOST_GROUP_INPUTS = 10;

/**
 * The kernels of a split phase. Element-wise nodes of one shape that share inputs, or feed each other
 * element by element, become one kernel: the chosen list grows by what the group pulls in.
 */
function kernelsOf(
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
