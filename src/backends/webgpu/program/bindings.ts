/**
 * @file What some items of a dispatch bind, and how its text reaches it.
 *
 * A value that is larger than a kernel can bind lies in several buffers, its pieces, each full but for the last. What
 * is bound of it are the pieces that the items reach: one is read with a smaller index, of several the index tells
 * which. A buffer is bound once, writable if anything in it is written. Next stop: `cut.ts`.
 */
import { unreachable } from '../../../base/errors.ts';
import { range } from '../../../base/lists.ts';
import { sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import {
  type Binding,
  type Dispatch,
  type Elements,
  isStoredHalf,
  numbersPerPiece,
  type PlanContext,
  type Read,
  type Span,
  type Write,
} from '../kernel.ts';
import { HALVES, type Packed } from '../language/halves.ts';

/** Some items of a dispatch, done by themselves. */
export interface Part {
  readonly dispatch: Dispatch;
  readonly items: Span;
}

/** Where the values of a program lie. */
export interface Layout {
  /** The node that owns a node's numbers. */
  storageOf(node: Node): Node;
  readonly context: PlanContext;
}

export interface Bound {
  /** The node that owns the numbers, and which of its buffers it is. */
  readonly owner: Node;
  readonly piece: number;
  /** As they lie in memory. */
  readonly elements: Elements | Packed;
  readonly access: 'read' | 'read_write';
  readonly name: string;
}

export interface Module {
  readonly bound: readonly Bound[];
  readonly code: string;
}

/** The pieces of a value that are bound, as one variable. */
interface Window {
  readonly owner: Node;
  readonly elements: Elements;
  readonly access: 'read' | 'read_write';
  pieces: Span;
}

/** The windows that a part binds, and the one of each input and output. */
export function windowsOf({ dispatch, items }: Part, { storageOf, context }: Layout) {
  const windows: Window[] = [];
  const written = new Set(dispatch.outputs.map(({ node }) => storageOf(node)));
  const windowOf = ({ node, elements, reach }: Binding): Window => {
    const owner = storageOf(node);
    const perPiece = numbersPerPiece(context.target, owner.dtype);
    const numbers = reach?.(items) ?? { from: 0, to: sizeOf(node.shape) };
    const pieces = {
      from: Math.floor(numbers.from / perPiece),
      to: Math.ceil(numbers.to / perPiece),
    };
    const isWritten = written.has(owner);
    const found = windows.find((w) => w.owner === owner && (isWritten || w.elements === elements));
    if (found === undefined) {
      const access = isWritten ? 'read_write' : 'read';
      const window: Window = { owner, elements, access, pieces };
      windows.push(window);
      return window;
    }
    if (found.elements !== elements)
      throw new Error(`internal error: ${owner.name} is written and read by other elements`);
    found.pieces = {
      from: Math.min(found.pieces.from, pieces.from),
      to: Math.max(found.pieces.to, pieces.to),
    };
    return found;
  };
  return {
    windows,
    inputs: dispatch.inputs.map(windowOf),
    outputs: dispatch.outputs.map(windowOf),
  };
}

/** Buffers that a part binds. */
export function buffersIn(part: Part, layout: Layout): number {
  return windowsOf(part, layout).windows.reduce((sum, { pieces }) => sum + count(pieces), 0);
}

const count = ({ from, to }: Span): number => to - from;

/** The whole text of a part, and what it binds, in the order of the bindings. */
export function moduleOf(part: Part, layout: Layout): Module {
  const { windows, inputs, outputs } = windowsOf(part, layout);
  const bound: Bound[] = [];
  const variables = new Map(
    windows.map((window) => {
      const own = range(count(window.pieces)).map((k) => {
        const name = `b${bound.length}`;
        const { owner, access } = window;
        const piece = window.pieces.from + k;
        bound.push({ owner, piece, elements: storedAs(window), access, name });
        return name;
      });
      const perPiece = numbersPerPiece(layout.context.target, window.owner.dtype);
      const elements = window.elements === 'vec4<f32>' ? perPiece / 4 : perPiece;
      return [window, variableOf(own, window, elements)];
    }),
  );
  const of = (window: Window): Variable => {
    const found = variables.get(window);
    if (found === undefined) throw new Error(`internal error: ${window.owner.name} is not bound`);
    return found;
  };
  const text = part.dispatch.code({
    inputs: inputs.map((window) => of(window).read),
    outputs: outputs.map((window) => of(window).write),
    items: part.items,
  });
  const declarations = bound.map(
    ({ access, name, elements }, k) =>
      `@group(0) @binding(${k}) var<storage, ${access}> ${name}: array<${elements}>;`,
  );
  const functions = [
    ...(windows.some(({ owner }) => isStoredHalf(owner)) ? [HALVES] : []),
    ...[...variables.values()].flatMap((variable) => variable.functions),
  ];
  return { bound, code: `${[...declarations, ...functions].join('\n')}\n${text}` };
}

interface Variable {
  readonly read: Read;
  readonly write: Write;
  /** Declarations that the two need. */
  readonly functions: readonly string[];
}

function storedAs({ owner, elements }: Window): Elements | Packed {
  if (!isStoredHalf(owner)) return elements;
  return elements === 'vec4<f32>' ? 'vec2<u32>' : 'u32';
}

interface Access {
  /** The text of the element at an index in a buffer. */
  read(buffer: string, index: string): string;
  /** The statement that stores one there. */
  write(buffer: string, index: string, value: string): string;
}

/** One invocation writes all that shares 32 bits. */
function accessOf({ owner, elements }: Window): Access {
  if (!isStoredHalf(owner))
    return {
      read: (buffer, index) => `${buffer}[${index}]`,
      write: (buffer, index, value) => `${buffer}[${index}] = ${value};`,
    };
  if (elements === 'vec4<f32>')
    return {
      read: (buffer, index) => `fourIn(${buffer}[${index}])`,
      write: (buffer, index, value) => `${buffer}[${index}] = packedFour(${value});`,
    };
  return {
    read: (buffer, index) => `halfIn(${buffer}[u32(${index}) >> 1u], u32(${index}))`,
    write: () => unreachable(`${owner.name} is half precision and written one by one`),
  };
}

/** @param perPiece elements of each piece */
function variableOf(names: readonly string[], window: Window, perPiece: number): Variable {
  const { elements, access, pieces } = window;
  const { read, write } = accessOf(window);
  const [name = ''] = names;
  /** The index in a piece. */
  const inPiece = (piece: number, index: string): string =>
    piece === 0 ? index : `u32(${index}) - ${piece * perPiece}u`;
  if (names.length === 1) {
    const place = (index: string): string => inPiece(pieces.from, index);
    return {
      read: (index) => read(name, place(index)),
      write: (index, value) => write(name, place(index), value),
      functions: [],
    };
  }
  /** One of the pieces, by the index `i`. */
  const chosen = (statement: (buffer: string, index: string) => string): string[] =>
    names.map((own, k) => {
      const piece = pieces.from + k;
      const line = `{ ${statement(own, inPiece(piece, 'i'))} }`;
      const isLast = k === names.length - 1;
      return isLast ? `  ${line}` : `  if (i < ${(piece + 1) * perPiece}u) ${line}`;
    });
  return {
    read: (index) => `${name}Read(u32(${index}))`,
    write: (index, value) => `${name}Write(u32(${index}), ${value});`,
    functions: [
      `fn ${name}Read(i: u32) -> ${elements} {`,
      ...chosen((buffer, index) => `return ${read(buffer, index)};`),
      '}',
      ...(access === 'read'
        ? []
        : [
            `fn ${name}Write(i: u32, value: ${elements}) {`,
            ...chosen((buffer, index) => `${write(buffer, index, 'value')} return;`),
            '}',
          ]),
    ],
  };
}
