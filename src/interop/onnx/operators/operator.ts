/**
 * @file What an operator of ONNX is: a function from its call to its outputs; and what several of them share.
 *
 * Nodes here have the axes that the file says, (N, C, H, W) for pictures. Next stop: `index.ts`, the table.
 */
import type { Shape } from '../../../base/shape.ts';
import { constantNode, type Node } from '../../../graph/node.ts';
import type { Expression } from '../../../ops/expression.ts';
import type { Call } from '../call.ts';
import type { Value } from '../constants.ts';

/** Outputs that it cannot give are undefined; that is an error only where someone reads them. */
export type Operator = (call: Call) => readonly (Value | undefined)[];

/** By name, as files write them. */
export type Operators = Readonly<Record<string, Operator>>;

/** An operator with one output, of the type of its first input. */
export function given(of: (call: Call) => Node): Operator {
  return (call) => [{ type: call.input(0).type, node: of(call) }];
}

/** An operator that gives each number by itself, of the type of its first input. */
export function byNumber(expression: Expression): Operator {
  return given((call) => computed(call, expression, call.node(0)));
}

export function computed(call: Call, expression: Expression, ...inputs: readonly Node[]): Node {
  return call.build('elementwise', inputs, { expression, label: call.operator });
}

export function scaled(call: Call, x: Node, factor: number): Node {
  return factor === 1 ? x : call.build('mul', [x, constantNode(factor)]);
}

export function reshaped(call: Call, x: Node, shape: Shape): Node {
  return call.build('reshape', [x], { shape });
}

export function transposed(call: Call, x: Node, axes: readonly number[]): Node {
  return call.build('transpose', [x], { axes });
}

export function sliced(
  call: Call,
  x: Node,
  axis: number,
  start: number,
  size: number,
  step = 1,
): Node {
  const along = (own: number, others: readonly number[]) =>
    others.map((n, i) => (i === axis ? own : n));
  return call.build('slice', [x], {
    starts: along(
      start,
      x.shape.map(() => 0),
    ),
    sizes: along(size, x.shape),
    steps: along(
      step,
      x.shape.map(() => 1),
    ),
  });
}

export function joined(call: Call, parts: readonly Node[], axis: number): Node {
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? only
    : call.build('concatenate', parts, { axis });
}

/** Counted from the end where negative; says so where there is no such axis. */
export function axisOf(call: Call, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(resolved) && resolved >= 0 && resolved < rank) return resolved;
  return call.refuse(`axis ${axis} of ${rank}`, `an axis from ${-rank} to ${rank - 1}`);
}

/** A border between axes: before the first, ..., behind the last, where the axes are cut in two. */
export function borderOf(call: Call, axis: number, rank: number): number {
  return axis === rank ? rank : axisOf(call, axis, rank);
}

export function axesOf(call: Call, axes: readonly number[], rank: number): readonly number[] {
  const resolved = axes.map((axis) => axisOf(call, axis, rank));
  if (new Set(resolved).size === resolved.length) return resolved;
  return call.refuse(`the axes ${axes.join(', ')}`, 'each axis once');
}

/** Numbers of channels, (C), as they reach pictures of this rank: (C, 1, 1). */
export function alongChannels(call: Call, channels: Node, rank: number): Node {
  const size = channels.shape.reduce((n, extent) => n * extent, 1);
  return reshaped(call, channels, [size, ...new Array<number>(Math.max(rank - 2, 0)).fill(1)]);
}

/** Numbers that an operator lists one by one; more are no places of a picture or a class. */
const MOST_LISTED = 2 ** 22;

/** 0, 1, 2, ... along one axis; `n` and how many there are in all are bounded. */
export function counting(call: Call, n: number): Node {
  return constantNode(
    listed(call, n, (i) => i),
    [n],
  );
}

export function listed(call: Call, length: number, of: (i: number) => number): Float32Array {
  if (length > MOST_LISTED) call.refuse(`${length} places`, `at most ${MOST_LISTED}`);
  return Float32Array.from({ length }, (_, i) => of(i));
}
