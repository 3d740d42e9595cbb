/**
 * @file A graph as one WebAssembly module with a memory of its own, and a list of what lies where in it.
 *
 * The program is the one that a session with one thread and 128-bit lanes runs, so its numbers have the same bits.
 * Memory holds the states, then the arena, then the scratch. Previous stop: `backends/wasm/program/program.ts`.
 * Next stop: `shippedModel.ts`.
 */

import { PAGE_BYTES } from '../../backends/wasm/assembler/module.ts';
import { MOST_PAGES, SLACK_BYTES } from '../../backends/wasm/memory.ts';
import { addressing, planProgram } from '../../backends/wasm/program/plan.ts';
import { emitProgram } from '../../backends/wasm/program/program.ts';
import { FoveaError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { align } from '../../compile/memoryPlan.ts';
import {
  type Graph,
  type Node,
  rootsOf,
  topologicalOrder,
  writeConstant,
} from '../../graph/node.ts';

/** Byte address and how many numbers. */
export type Place = readonly [address: number, count: number];

/** What a loader must know of a module; plain JSON. */
export interface Layout {
  readonly pages: number;
  /** Byte address of the kernels' scratch. */
  readonly scratch: number;
  /** Of each state, in the order of `stateNames`. */
  readonly states: readonly Place[];
  /** What is written once: where, and the numbers, or one that is repeated. Not finite ones as text. */
  readonly constants: readonly (readonly [Place, readonly (number | string)[]])[];
  readonly inputs: Readonly<Record<string, Place>>;
  readonly outputs: Readonly<Record<string, Place>>;
  /** Functions to call once, after the states were written. */
  readonly prepare: readonly string[];
  /** Functions to call for each answer. */
  readonly run: readonly string[];
}

export interface PlainProgram {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
}

/** States of a graph by name, in an order of their own. */
export function stateNames(graph: Graph): string[] {
  return nodesOf(graph).flatMap(({ op, name }) => (op === 'state' ? [name] : []));
}

const nodesOf = (graph: Graph): Node[] => topologicalOrder(rootsOf(graph));

/** `relaxedMadd`: whether kernels multiply and add with one rounding, which not every runtime can. */
export function plainProgram(
  graph: Graph,
  { relaxedMadd }: { readonly relaxedMadd: boolean },
): PlainProgram {
  const plan = planProgram(graph, { relaxedMadd, pairs: false });
  const states = new Map<string, Place>();
  // Nothing lies at address 0.
  let top = align(1);
  const take = (bytes: number): number => {
    const address = top;
    top += align(bytes);
    return address;
  };
  for (const { op, name, shape } of nodesOf(graph)) {
    if (op === 'state') states.set(name, [take(sizeOf(shape) * 4), sizeOf(shape)]);
  }
  const stateAddress = (name: string): number => states.get(name)?.[0] ?? lost(name);
  const address = addressing(plan, take(plan.memory.bytes), stateAddress);
  const emitted = {
    context: plan.context,
    address,
    threads: 1,
    tickets: { next: 0, done: 0, failed: 0 },
    profiled: false,
  };
  const sized = (pages: number) =>
    emitProgram(plan.schedule, {
      ...emitted,
      memory: { initialPages: pages, maximumPages: pages, shared: false },
    });
  const scratch = take(sized(1).scratchBytes);
  const pages = Math.ceil((top + SLACK_BYTES) / PAGE_BYTES);
  if (pages > MOST_PAGES) {
    throw new FoveaError({
      problem: `the network needs ${pages} pages of memory to answer`,
      expected: `at most ${MOST_PAGES}: 4 GiB`,
    });
  }
  const { module, segments } = sized(pages);
  const host = segments.find((segment) => segment.host !== undefined)?.host;
  if (host !== undefined) {
    throw new FoveaError({
      problem: `"${host.op}" (${host.name}) runs in plain loops of this package, which a file of its own has not`,
      fix: 'ship the network with the package: docs/web.md',
    });
  }
  const placeOf = (node: Node): Place => [address(node), sizeOf(node.shape)];
  const nodes = nodesOf(plan.graph);
  const inputs = nodes.filter(({ op }) => op === 'input');
  const named = (prepares: boolean): string[] =>
    segments.flatMap((s) => (s.prepares === prepares ? [s.exportName] : []));
  return {
    wasm: module.toBytes({ names: false }),
    layout: {
      pages,
      scratch,
      states: [...states.values()],
      constants: nodes
        .filter(({ op }) => op === 'constant')
        .map((node) => [placeOf(node), numbersOf(node)]),
      inputs: Object.fromEntries(inputs.map((node) => [node.name, placeOf(node)])),
      outputs: Object.fromEntries(
        Object.entries(plan.graph.outputs).map(([name, node]) => [name, placeOf(node)]),
      ),
      prepare: named(true),
      run: named(false),
    },
  };
}

/** As 32-bit words' numbers: one where all are the same. JSON knows no infinities and no -0. */
function numbersOf(node: Node): (number | string)[] {
  if (node.dtype !== 'f32') {
    throw new FoveaError(`internal error: a constant of ${node.dtype} in a program that answers`);
  }
  const numbers = new Float32Array(sizeOf(node.shape));
  writeConstant(node, numbers);
  const [first] = numbers;
  const few = numbers.every((v) => Object.is(v, first)) ? numbers.slice(0, 1) : numbers;
  return Array.from(few, (v) => {
    if (Object.is(v, -0)) return '-0';
    return Number.isFinite(v) ? v : String(v);
  });
}

function lost(name: string): never {
  throw new Error(
    `internal error: the compiled program knows a state "${name}" and its graph does not`,
  );
}
