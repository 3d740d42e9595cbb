/**
 * @file What some items of a dispatch bind, and how its text reaches it.
 *
 * A value that is larger than a kernel can bind lies in several buffers, its pieces, each full but for the last. What
 * is bound of it are the pieces that the items reach: one is read with a smaller index, of several the index tells
 * which. A buffer is bound once, writable if anything in it is written. Next stop: `cut.ts`.
 */
import { range } from '../../../base/lists.ts';
import { sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import {
  type Binding,
  type Dispatch,
  type Elements,
  numbersPerPiece,
  type PlanContext,
  type Read,
  type Span,
  type Write,
} from '../kernel.ts';

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
  readonly elements: Elements;
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
  const perPiece = numbersPerPiece(context.target);
  const windows: Window[] = [];
  const written = new Set(dispatch.outputs.map(({ node }) => storageOf(node)));
  const windowOf = ({ node, elements, reach }: Binding): Window => {
    const owner = storageOf(node);
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
  const perPiece = numbersPerPiece(layout.context.target);
  const variables = new Map(
    windows.map((window) => {
      const own = range(count(window.pieces)).map((k) => {
        const name = `b${bound.length}`;
        const { owner, elements, access } = window;
        bound.push({ owner, piece: window.pieces.from + k, elements, access, name });
        return name;
      });
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
  const functions = [...variables.values()].flatMap((variable) => variable.functions);
  return { bound, code: `${[...declarations, ...functions].join('\n')}\n${text}` };
}

interface Variable {
  readonly read: Read;
  readonly write: Write;
  /** Declarations that the two need. */
  readonly functions: readonly string[];
}

/** @param perPiece elements of each piece */
function variableOf(
  names: readonly string[],
  { elements, access, pieces }: Window,
  perPiece: number,
): Variable {
  const [name = ''] = names;
  /** The index in a piece. */
  const inPiece = (piece: number, index: string): string =>
    piece === 0 ? index : `u32(${index}) - ${piece * perPiece}u`;
  if (names.length === 1) {
    const place = (index: string): string => `${name}[${inPiece(pieces.from, index)}]`;
    return {
      read: place,
      write: (index, value) => `${place(index)} = ${value};`,
      functions: [],
    };
  }
  /** One of the pieces, by the index `i`. */
  const chosen = (statement: (place: string) => string): string[] =>
    names.map((own, k) => {
      const piece = pieces.from + k;
      const line = `{ ${statement(`${own}[${inPiece(piece, 'i')}]`)} }`;
      const isLast = k === names.length - 1;
      return isLast ? `  ${line}` : `  if (i < ${(piece + 1) * perPiece}u) ${line}`;
    });
  return {
    read: (index) => `${name}Read(u32(${index}))`,
    write: (index, value) => `${name}Write(u32(${index}), ${value});`,
    functions: [
      `fn ${name}Read(i: u32) -> ${elements} {`,
      ...chosen((place) => `return ${place};`),
      '}',
      ...(access === 'read'
        ? []
        : [
            `fn ${name}Write(i: u32, value: ${elements}) {`,
            ...chosen((place) => `${place} = value; return;`),
            '}',
          ]),
    ],
  };
}
