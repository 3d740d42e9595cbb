/**
 * @file Local response normalisation and its gradient, vectorised over channels.
 *
 *   s[c] = k + alpha * sum of x[j]^2 over the window around c        y[c] = x[c] s[c]^-beta
 *
 * A window is read as loads shifted by one channel each; only the vectors at the two ends of a row of
 * channels mask what lies beyond it. Powers of quarters are roots (`../language/math.ts`).
 * One unit is one pixel. Previous stop: `ops/localResponseNormalization.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import {
  channelWindow,
  type LocalResponseNormalizationAttrs,
} from '../../../../ops/localResponseNormalization.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32x4, i32, i32x4 } from '../../assembler/lanes.ts';
import type { Kernel, KernelContext, PlanContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { constantPower } from '../language/math.ts';

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

function planLocalResponse(node: Node): LocalResponsePlan {
  const attrs = node.attrs as unknown as LocalResponseNormalizationAttrs;
  const channels = node.shape[node.shape.length - 1];
  const { below, above } = channelWindow(attrs.size);
  const first = Math.ceil(below / 4);
  const last = Math.max(first, Math.floor((channels - above) / 4));
  const { size, k, alpha, beta } = attrs;
  return {
    ...{ size, k, alpha, beta, channels, below, above },
    vectors: Math.ceil(channels / 4),
    inner: [first, last],
  };
}

function pixelKernel(
  family: string,
  node: Node,
  context: PlanContext,
  plan: LocalResponsePlan,
  options: { scratchBytes: number; prepare?: (c: KernelContext) => void },
  pixel: (c: KernelContext, at: Local<'i32'>) => void,
): Kernel {
  const C = plan.channels;
  const pixels = sizeOf(node.shape) / C;
  const images = context.isBatched(node) ? node.shape[0] : undefined;
  return {
    family,
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: pixels, ...(images === undefined ? {} : { images }) },
    scratchBytes: options.scratchBytes,
    multiplyAdds: sizeOf(node.shape) * (plan.size + 4),
    plan: { ...plan },
    emit: (c) => {
      const { f } = c;
      options.prepare?.(c);
      const at = f.local('i32', 'pixelBytes');
      const end = f.local('i32', 'lastPixel');
      f.set(at, i32.mul(c.begin, C * 4));
      f.set(end, i32.mul(c.end, C * 4));
      forRange(f, at, end, C * 4, () => pixel(c, at));
    },
  };
}

export function localResponseKernel(node: Node, context: PlanContext): Kernel {
  const [x] = node.inputs;
  const plan = planLocalResponse(node);
  return pixelKernel('localResponse', node, context, plan, { scratchBytes: 0 }, (c, pixel) => {
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
  });
}

/**
 * dx[i] = dy[i] p[i] - 2 alpha beta x[i] * sum of t[c] over the c whose window holds i, with
 * p = s^-beta and t = dy x s^(-beta-1). First p and t of the whole pixel, t into the scratch between
 * zeros; then the sums.
 */
export function localResponseGradientKernel(node: Node, context: PlanContext): Kernel {
  const [x, dy] = node.inputs;
  const plan = planLocalResponse(node);
  const { alpha, beta, above, below, vectors, channels } = plan;
  const lead = Math.ceil(above / 4) * 16;
  const tail = Math.ceil(below / 4) * 16 + 16;
  const rowBytes = vectors * 16;
  const prepare = (c: KernelContext): void => {
    for (let b = 0; b < lead; b += 16) c.f.run(f32x4.store(c.scratch, b, f32x4.splat(0)));
    for (let b = 0; b < tail; b += 16)
      c.f.run(f32x4.store(c.scratch, lead + rowBytes + b, f32x4.splat(0)));
  };
  const options = { scratchBytes: lead + rowBytes + tail, prepare };
  return pixelKernel('localResponseGradient', node, context, plan, options, (c, pixel) => {
    const { f, m } = c;
    const shift = f.reuse('i32', 'scratchAt');
    f.set(shift, i32.sub(c.scratch, pixel));
    forRow(c, plan, pixel, (at, group) => {
      const results = group.map(({ vector, bytes, count }) => {
        const s = windowSum(c, plan, at, c.address(x) + bytes, vector);
        const inverse = f.local('f32x4', 'inverse');
        f.set(inverse, f32x4.div(f32x4.splat(1), s));
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
        for (const store of f32x4.storePart(count, at, c.address(node) + bytes, direct))
          f.run(store);
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
        const own = f32x4.mul(f32x4.load(at, c.address(x) + bytes), f32x4.splat(-2 * alpha * beta));
        const dx = f.local('f32x4', 'dx');
        f.set(dx, m.madd(own, sum, f32x4.load(at, c.address(node) + bytes)));
        return { dx, bytes, count };
      });
      for (const { dx, bytes, count } of results)
        for (const store of f32x4.storePart(count, at, c.address(node) + bytes, dx)) f.run(store);
    });
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
  f.set(sum, m.madd(sum, f32x4.splat(alpha), f32x4.splat(k)));
  return sum;
}

/** Zero in all lanes but [from, to). */
function keepLanes(x: Lanes, from: number, to: number): Lanes {
  if (from === 0 && to === 4) return x;
  const mask = i32x4.const([0, 1, 2, 3].map((lane) => (lane >= from && lane < to ? -1 : 0)));
  return f32x4.fromBits(i32x4.bits('and', i32x4.fromBits(x), mask));
}
