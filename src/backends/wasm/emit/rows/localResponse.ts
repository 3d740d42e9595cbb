/**
 * @file Local response normalisation and its gradient, vectorised over channels.
 *
 *   s[c] = k + alpha * sum of x[j]^2 over the window around c        y[c] = x[c] s[c]^-beta
 *
 * A window is read as loads shifted by one channel each; only the vectors at the two ends of a row of
 * channels mask what lies beyond it. Powers of quarters are roots (`../language/math.ts`).
 * One unit is one pixel. Previous stop: `ops/windows/localResponseNormalization.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import {
  channelWindow,
  type LocalResponseNormalizationAttrs,
  localResponseNormalization,
  localResponseNormalizationGradient,
} from '../../../../ops/windows/localResponseNormalization.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32x4, i32, i32x4 } from '../../assembler/lanes.ts';
import { defineKernel, type Planned } from '../../defineKernel.ts';
import { imagesOf, type KernelContext, type PlanContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { constantPower, splat } from '../language/math.ts';

type Lanes = Value<'f32x4'>;

interface LocalResponsePlan extends LocalResponseNormalizationAttrs {
  readonly channels: number;
  /** Channels of the window before and after its own. */
  readonly below: number;
  readonly above: number;
  /** Vectors of a row, the last one perhaps in part. */
  readonly vectors: number;
  /** Vectors whose whole window lies within the row: [first, last). */
  readonly inner: readonly [number, number];
}

export function planLocalResponse(
  node: Node,
  { size, k, alpha, beta }: LocalResponseNormalizationAttrs,
): LocalResponsePlan {
  const channels = node.shape[node.shape.length - 1];
  const { below, above } = channelWindow(size);
  const first = Math.ceil(below / 4);
  const last = Math.max(first, Math.floor((channels - above) / 4));
  return {
    ...{ size, k, alpha, beta, channels, below, above },
    vectors: Math.ceil(channels / 4),
    inner: [first, last],
  };
}

/** A kernel over pixels, whose plan and scratch both ops read off the same numbers. */
function plannedPixels(
  node: Node,
  attrs: LocalResponseNormalizationAttrs,
  context: PlanContext,
): Planned<LocalResponsePlan> {
  const plan = planLocalResponse(node, attrs);
  return {
    partition: { units: sizeOf(node.shape) / plan.channels, ...imagesOf(node, context) },
    multiplyAdds: sizeOf(node.shape) * (plan.size + 4),
    plan,
  };
}

/** Every pixel of the range, by the byte offset of its first channel. */
function forPixels(
  { f, begin, end: last }: KernelContext,
  C: number,
  body: (at: Local<'i32'>) => void,
): void {
  const at = f.local('i32', 'pixelBytes');
  const end = f.local('i32', 'lastPixel');
  f.set(at, i32.mul(begin, C * 4));
  f.set(end, i32.mul(last, C * 4));
  forRange(f, at, end, C * 4, () => body(at));
}

export const localResponseKernel = defineKernel({
  op: localResponseNormalization,
  plan: plannedPixels,
  emit: (c, node, plan) => forPixels(c, plan.channels, (pixel) => emitPixel(c, node, plan, pixel)),
});

function emitPixel(
  c: KernelContext,
  node: Node,
  plan: LocalResponsePlan,
  pixel: Local<'i32'>,
): void {
  const [x] = node.inputs;
  const { f, m } = c;
  forRow(c, plan, pixel, (at, group) => {
    const results = group.map(({ vector, bytes, count }) => {
      const s = windowSum(c, plan, at, c.address(x) + bytes, vector);
      const y = f.local('f32x4', 'y');
      const own = f32x4.load(at, c.address(x) + bytes);
      f.set(y, f32x4.div(own, constantPower(f, m, s, plan.beta)));
      return { y, bytes, count };
    });
    for (const { y, bytes, count } of results) {
      for (const store of f32x4.storePart(count, at, c.address(node) + bytes, y)) f.run(store);
    }
  });
}

/** The gradient's scratch: a row of t between zeros, as many as a window reaches past it. */
function scratchRow({ above, below, vectors }: LocalResponsePlan): {
  lead: number;
  rowBytes: number;
  tail: number;
} {
  return {
    lead: Math.ceil(above / 4) * 16,
    rowBytes: vectors * 16,
    tail: Math.ceil(below / 4) * 16 + 16,
  };
}

/**
 * dx[i] = dy[i] p[i] - 2 alpha beta x[i] * sum of t[c] over the c whose window holds i, with
 * p = s^-beta and t = dy x s^(-beta-1). First p and t of the whole pixel, t into the scratch between
 * zeros; then the sums.
 */
export const localResponseGradientKernel = defineKernel({
  op: localResponseNormalizationGradient,
  plan: (node, attrs, context) => {
    const planned = plannedPixels(node, attrs, context);
    const { lead, rowBytes, tail } = scratchRow(planned.plan);
    return { ...planned, scratchBytes: lead + rowBytes + tail };
  },
  emit: (c, node, plan) => {
    const { lead, rowBytes, tail } = scratchRow(plan);
    for (let b = 0; b < lead; b += 16) c.f.run(f32x4.store(c.scratch, b, f32x4.splat(0)));
    for (let b = 0; b < tail; b += 16)
      c.f.run(f32x4.store(c.scratch, lead + rowBytes + b, f32x4.splat(0)));
    forPixels(c, plan.channels, (pixel) => emitPixelGradient(c, node, plan, pixel));
  },
});

function emitPixelGradient(
  c: KernelContext,
  node: Node,
  plan: LocalResponsePlan,
  pixel: Local<'i32'>,
): void {
  const [x, dy] = node.inputs;
  const { alpha, beta, above, below, channels } = plan;
  const { lead } = scratchRow(plan);
  const { f, m } = c;
  const shift = f.reuse('i32', 'scratchAt');
  f.set(shift, i32.sub(c.scratch, pixel));
  forRow(c, plan, pixel, (at, group) => {
    const results = group.map(({ vector, bytes, count }) => {
      const s = windowSum(c, plan, at, c.address(x) + bytes, vector);
      const inverse = f.local('f32x4', 'inverse');
      f.set(inverse, f32x4.div(splat(f, 1), s));
      const direct = f.local('f32x4', 'direct');
      const arriving = f32x4.load(at, c.address(dy) + bytes);
      f.set(direct, f32x4.mul(arriving, constantPower(f, m, inverse, beta)));
      const own = f32x4.load(at, c.address(x) + bytes);
      const t = f.local('f32x4', 't');
      f.set(t, keepLanes(f32x4.mul(f32x4.mul(direct, inverse), own), 0, count));
      return { direct, t, bytes, count };
    });
    for (const { t, bytes } of results) f.run(f32x4.store(i32.add(at, shift), lead + bytes, t));
    for (const { direct, bytes, count } of results)
      for (const store of f32x4.storePart(count, at, c.address(node) + bytes, direct)) f.run(store);
  });
  const all = { ...plan, inner: [0, Math.floor(channels / 4)] as const };
  forRow(c, all, pixel, (at, group) => {
    const results = group.map(({ bytes, count }) => {
      const sum = f.local('f32x4', 'sum');
      const from = f.reuse('i32', 'scratchRow');
      f.set(from, i32.add(at, shift));
      f.set(sum, f32x4.load(from, lead + bytes - 4 * above));
      for (let d = 1 - above; d <= below; d++)
        f.set(sum, f32x4.add(sum, f32x4.load(from, lead + bytes + 4 * d)));
      const own = f32x4.mul(f32x4.load(at, c.address(x) + bytes), splat(f, -2 * alpha * beta));
      const dx = f.local('f32x4', 'dx');
      f.set(dx, m.madd(own, sum, f32x4.load(at, c.address(node) + bytes)));
      return { dx, bytes, count };
    });
    for (const { dx, bytes, count } of results)
      for (const store of f32x4.storePart(count, at, c.address(node) + bytes, dx)) f.run(store);
  });
}

interface RowVector {
  /** Its index in the row, where its window may leave the row. */
  readonly vector: number | undefined;
  /** Bytes from the pointer handed over. */
  readonly bytes: number;
  /** Real lanes. */
  readonly count: number;
}

/** Visits the vectors of a pixel: those at the ends one by one, those between two at a time in a loop. */
function forRow(
  c: KernelContext,
  { channels, vectors, inner: [first, last] }: LocalResponsePlan,
  pixel: Local<'i32'>,
  body: (at: Local<'i32'>, group: readonly RowVector[]) => void,
): void {
  const { f } = c;
  const end = (vector: number): void =>
    body(pixel, [{ vector, bytes: 16 * vector, count: Math.min(4, channels - 4 * vector) }]);
  for (let v = 0; v < Math.min(first, vectors); v++) end(v);
  const at = f.reuse('i32', 'at');
  f.set(at, i32.add(pixel, 16 * first));
  times(f, Math.floor((last - first) / 2), () => {
    body(at, [
      { vector: undefined, bytes: 0, count: 4 },
      { vector: undefined, bytes: 16, count: 4 },
    ]);
    advance(f, at, 32);
  });
  if ((last - first) % 2 === 1) body(at, [{ vector: undefined, bytes: 0, count: 4 }]);
  for (let v = Math.max(first, last); v < vectors; v++) end(v);
}

/** s of four channels; `address` is that of the first one, less the pointer. */
function windowSum(
  c: KernelContext,
  { below, above, alpha, k, channels }: LocalResponsePlan,
  at: Local<'i32'>,
  address: number,
  vector: number | undefined,
): Local<'f32x4'> {
  const { f, m } = c;
  const sum = f.local('f32x4', 's');
  const x = f.reuse('f32x4', 'neighbour');
  f.set(sum, f32x4.splat(0));
  for (let d = -below; d <= above; d++) {
    // Lanes [from, to) stand for channels of the row.
    const from = vector === undefined ? 0 : Math.max(0, -(4 * vector + d));
    const to = vector === undefined ? 4 : Math.min(4, channels - 4 * vector - d);
    if (from >= to) continue;
    f.set(x, keepLanes(f32x4.load(at, address + 4 * d), from, to));
    f.set(sum, m.madd(x, x, sum));
  }
  f.set(sum, m.madd(sum, splat(f, alpha), splat(f, k)));
  return sum;
}

/** Zero in all lanes but [from, to). */
function keepLanes(x: Lanes, from: number, to: number): Lanes {
  if (from === 0 && to === 4) return x;
  const mask = i32x4.const([0, 1, 2, 3].map((lane) => (lane >= from && lane < to ? -1 : 0)));
  return f32x4.fromBits(i32x4.bits('and', i32x4.fromBits(x), mask));
}
