/**
 * @file The order of a program: kernels in phases; a phase waits for the one before it, inside nobody waits.
 *
 * A batch phase hands whole slices of images from kernel to kernel: each thread takes its slices through all
 * of them, so a slice's activations stay in its cache and nobody waits. A split phase runs kernels that do
 * not need each other, each cut by its own units. A host phase runs one op's plain loops on the caller.
 * What other ranks have a part in begins in a phase and is waited for in another, as late as possible.
 * A program that updates nothing begins with what depends on states alone (transposed or transformed weights)
 * in phases of their own, which a session leaves out while the states stay as they are.
 * Previous stop: `lowering/lower.ts`. Next stop: `compile/memoryPlan.ts`, where the numbers lie; then `program.ts`.
 */
import { first } from '../../../base/lists.ts';
import {
  firstInput,
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../../graph/node.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { isExchange, rankSum } from '../../../ops/ranks.ts';
import { inBuckets } from '../../inBuckets.ts';
import { storageOf, writeInPlace } from '../../inPlace.ts';
import { elementwiseKernel } from '../emit/elementwise/elementwise.ts';
import { planKernel, recordOf } from '../families.ts';
import type { Kernel, PlanContext } from '../kernel.ts';
import { kernelsOf, type Task } from './tasks.ts';

/** 'begin' and 'await': of an exchange with other ranks. */
export type PhaseKind = 'batch' | 'split' | 'host' | 'begin' | 'await';

export interface Phase {
  readonly kind: PhaseKind;
  readonly kernels: readonly Kernel[];
  /** The node a host phase computes. */
  readonly node?: Node;
  /** The nodes whose exchange begins, or is waited for. */
  readonly exchanged?: readonly Node[];
  /** Reads states and constants alone: run again only when a state has new numbers. */
  readonly prepares?: true;
}

export interface Schedule {
  readonly phases: readonly Phase[];
  /** Nodes whose numbers are another node's: reshapes, sums over ranks, and new states written in place. */
  readonly aliases: ReadonlyMap<Node, Node>;
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
      const task = tasks.get(madeBy(input, tasks, aliases));
      if (task !== undefined) waitsFor.add(task);
    }
    // Its input is nobody else's: `lowering/lower.ts` sees to that.
    if (node.op === rankSum.name) aliases.set(node, firstInput(node));
    const kernel = expressionOf(node) === undefined ? planKernel(node, context) : undefined;
    tasks.set(node, { node, kind: kindOf(node, kernel, context), kernel, waitsFor });
  }
  writeInPlace(graph, tasks, aliases, recordOf);
  const all = [...tasks.values()];
  const prepared = graph.updates.length > 0 ? new Set<Task>() : preparations(all, aliases);
  const placed: Placed = { done: new Set(), underWay: [], context };
  const phases = placeAll([...prepared], placed).map(
    (phase): Phase => ({ ...phase, prepares: true }),
  );
  for (const exchanges of inBuckets(all.filter(({ kind }) => kind === 'exchange'))) {
    phases.push(...placeAll(neededFor(exchanges, placed.done), placed), begin(exchanges, placed));
  }
  const rest = all.filter((task) => !placed.done.has(task) && task.kind !== 'exchange');
  phases.push(...placeAll(rest, placed));
  while (placed.underWay.length > 0) phases.push(awaitNext(placed));
  return { phases, aliases };
}

/** The node whose task gives the numbers: a sum over ranks is more than the memory it lies in. */
function madeBy(
  node: Node,
  tasks: ReadonlyMap<Node, Task>,
  aliases: ReadonlyMap<Node, Node>,
): Node {
  let made = node;
  for (let next = aliases.get(made); next !== undefined && !tasks.has(made); ) {
    made = next;
    next = aliases.get(made);
  }
  return made;
}

function kindOf(node: Node, kernel: Kernel | undefined, context: PlanContext): Task['kind'] {
  if (isExchange(node)) return 'exchange';
  if (expressionOf(node) !== undefined) return context.isBatched(node) ? 'batch' : 'split';
  if (kernel === undefined) return 'host';
  return kernel.partition.images === undefined ? 'split' : 'batch';
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

/** What has been placed so far. */
interface Placed {
  /** Tasks whose numbers are there. */
  readonly done: Set<Task>;
  /** Exchanges that have begun and were not waited for, the earliest first. */
  readonly underWay: (readonly Task[])[];
  readonly context: PlanContext;
}

/** All that is still to be done for the exchanges to begin. */
function neededFor(exchanges: readonly Task[], done: ReadonlySet<Task>): Task[] {
  const needed = new Set<Task>();
  const add = (task: Task): void => {
    for (const other of task.waitsFor) {
      if (done.has(other) || needed.has(other) || other.kind === 'exchange') continue;
      needed.add(other);
      add(other);
    }
  };
  for (const exchange of exchanges) add(exchange);
  // In the order of the graph, as everything else is placed.
  return [...needed].sort((a, b) => a.node.id - b.node.id);
}

function begin(exchanges: readonly Task[], { underWay }: Placed): Phase {
  underWay.push(exchanges);
  return { kind: 'begin', kernels: [], exchanged: exchanges.map(({ node }) => node) };
}

function awaitNext({ underWay, done }: Placed): Phase {
  const exchanges = underWay.shift();
  if (exchanges === undefined) throw new Error('internal error: the schedule has a cycle');
  for (const task of exchanges) done.add(task);
  return { kind: 'await', kernels: [], exchanged: exchanges.map(({ node }) => node) };
}

/** Places the tasks in phases; an exchange is waited for when nothing is left that does without it. */
function placeAll(tasks: readonly Task[], placed: Placed): Phase[] {
  const { done, context } = placed;
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
    if (kind === undefined) {
      phases.push(awaitNext(placed));
      continue;
    }
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
