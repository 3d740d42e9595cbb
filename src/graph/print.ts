/**
 * @file A graph in words, as data, and as a drawing.
 *
 * `printGraph` writes one node per line, inputs before users:
 *
 *   %7 conv2d/output = conv2d(%3, %5) strides=[1,1]      f32 (128, 28, 28, 6)
 *
 * `printDot` writes the DOT language of Graphviz (https://graphviz.org/doc/info/lang.html).
 * Next stop: `compile/pipeline.ts`, which prints the graph after each pass with these.
 */
import { unreachable } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from './node.ts';

/** Nodes are numbered by their place in the order, so that equal graphs print equally. */
function numbered(graph: Graph): Map<Node, number> {
  return new Map(topologicalOrder(rootsOf(graph)).map((node, i) => [node, i]));
}

export function printGraph(graph: Graph): string {
  const numbers = numbered(graph);
  const reference = (node: Node): string => `%${numbers.get(node)}`;
  const rows = [...numbers.keys()].map((node) => [
    `${reference(node)} ${node.name}`,
    `= ${node.op}${node.inputs.length === 0 ? '' : `(${node.inputs.map(reference).join(', ')})`}`,
    formatAttrs(node),
    `${node.dtype} ${formatShape(node.shape)}`,
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.min(48, Math.max(0, ...rows.map((row) => row[column]?.length ?? 0))),
  );
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' '));
  for (const [name, node] of Object.entries(graph.outputs)) {
    lines.push(`output ${name} = ${reference(node)}`);
  }
  for (const { state, value } of graph.updates) {
    lines.push(`update ${state.name} = ${reference(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** One node as data; `inputs` are places in the list of nodes. */
export interface NodeData {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly number[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface GraphData {
  /** Inputs before users. */
  readonly nodes: readonly NodeData[];
  /** Name -> place in `nodes`. */
  readonly outputs: Readonly<Record<string, number>>;
  /** Name of a state -> place of its new value. */
  readonly updates: Readonly<Record<string, number>>;
}

/** The graph as plain data for programs; the numbers of constants are left out. */
export function graphData(graph: Graph): GraphData {
  const numbers = numbered(graph);
  const place = (node: Node): number =>
    numbers.get(node) ?? unreachable(`no place for ${node.name}`);
  return {
    nodes: [...numbers.keys()].map(({ name, op, inputs, attrs, dtype, shape }) => ({
      name,
      op,
      inputs: inputs.map(place),
      attrs: Object.fromEntries(
        Object.entries(attrs).filter(([, value]) => !ArrayBuffer.isView(value)),
      ),
      dtype,
      shape,
    })),
    outputs: Object.fromEntries(
      Object.entries(graph.outputs).map(([name, node]) => [name, place(node)]),
    ),
    updates: Object.fromEntries(
      graph.updates.map(({ state, value }) => [state.name, place(value)]),
    ),
  };
}

const COLOURS: Readonly<Record<string, string>> = {
  input: '#cfe8ff',
  state: '#ffe3b3',
  constant: '#eeeeee',
};

export function printDot(graph: Graph): string {
  const numbers = numbered(graph);
  const id = (node: Node): string => `n${numbers.get(node)}`;
  const lines = [
    'digraph {',
    '  rankdir=TB; node [shape=box, style=filled, fontname="sans-serif"];',
  ];
  for (const node of numbers.keys()) {
    const label = [node.op, node.name, formatShape(node.shape)].map(escapeDot).join('\\n');
    const fill = COLOURS[node.op] ?? '#ffffff';
    lines.push(`  ${id(node)} [label="${label}", fillcolor="${fill}"];`);
    for (const input of node.inputs) lines.push(`  ${id(input)} -> ${id(node)};`);
  }
  Object.entries(graph.outputs).forEach(([name, node], i) => {
    lines.push(`  o${i} [label="${escapeDot(name)}", shape=oval];`, `  ${id(node)} -> o${i};`);
  });
  for (const { state, value } of graph.updates) {
    lines.push(`  ${id(value)} -> ${id(state)} [style=dashed, constraint=false];`);
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

/** Attributes as name=value, long ones cut: a constant's numbers are no reading matter. */
function formatAttrs(node: Node): string {
  return Object.entries(node.attrs)
    .map(([name, value]) => {
      const text = inWords(value);
      return `${name}=${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
    })
    .join(' ');
}

/** Lists by their first numbers: they may have millions. */
function inWords(value: unknown): string {
  const isList =
    Array.isArray(value) || value instanceof Float32Array || value instanceof Int32Array;
  if (!isList || value.length <= MOST_SHOWN) return JSON.stringify(value) ?? 'undefined';
  const first = JSON.stringify(Array.from(value.slice(0, MOST_SHOWN))).slice(0, -1);
  return `${first},...]`;
}

const MOST_SHOWN = 16;

function escapeDot(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
