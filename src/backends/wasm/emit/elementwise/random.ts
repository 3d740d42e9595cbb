/**
 * @file Uniform random numbers in i32x4 lanes: the bits of `base/random.ts`, number for number.
 *
 * A number is a hash of the key and its index, so any range of a tensor can be filled on its own. Only the
 * step is read at run time; seed and stream are constants in the code.
 */
import {
  baseKey,
  MIX,
  randomBitsOf,
  stepKeyOf,
  UNIFORM_BITS,
  type Words,
} from '../../../../base/random.ts';
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import { type RandomUniformAttrs, randomUniform } from '../../../../ops/randomUniform.ts';
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32, i32x4 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { forRange } from '../language/loops.ts';
import { splat, splatBits } from '../language/math.ts';

/** Numbers per unit where the work is not cut along the batch. */
const BLOCK = 4096;

export const randomUniformKernel = defineKernel({
  op: randomUniform,
  plan: (node, { seed, stream, first = 0 }, context) => {
    if (node.inputs[0].dtype !== 'i32') return undefined;
    const size = sizeOf(node.shape);
    const batch = imagesOf(node, context);
    const unitSize = batch.images === undefined ? Math.min(BLOCK, size) : size / batch.images;
    return {
      partition: { units: Math.ceil(size / unitSize), ...batch },
      multiplyAdds: size * 4,
      plan: { size, unitSize, seed, stream, first },
    };
  },
  emit: emitRandom,
});

interface RandomPlan extends Required<Pick<RandomUniformAttrs, 'seed' | 'stream' | 'first'>> {
  readonly size: number;
  /** Numbers per unit. */
  readonly unitSize: number;
}

function emitRandom(
  c: KernelContext,
  node: Node,
  { size, unitSize, seed, stream, first }: RandomPlan,
): void {
  const [step] = node.inputs;
  const { f } = c;
  const base = baseKey(seed, stream).map((word) => i32.const(word));
  const [key0, k1] = stepKeyOf(scalarWords(f), [base[0], base[1]], i32.load(0, c.address(step)));
  const k0 = first === 0 ? key0 : i32.add(key0, first);
  const index = f.local('i32', 'index');
  const end = f.local('i32', 'lastIndex');
  const lastWhole = f.local('i32', 'lastWhole');
  f.set(index, i32.mul(c.begin, unitSize));
  f.set(end, i32.min(i32.mul(c.end, unitSize), size));
  f.set(lastWhole, i32.sub(end, 7));
  const start = f.local('i32', 'start');
  const lanes = (lane0: number): Local<'f32x4'> => {
    const places = i32x4.const([0, 1, 2, 3].map((lane) => lane0 + lane));
    const key = [i32x4.splat(start), i32x4.splat(k1)] as const;
    const h = randomBitsOf(laneWords(f), key, places);
    const u = f.local('f32x4', 'u');
    const bits = f32x4.fromSigned(i32x4.shift('shr_u', h, 32 - UNIFORM_BITS));
    f.set(u, f32x4.mul(bits, splat(f, 2 ** -UNIFORM_BITS)));
    return u;
  };
  const to = f.local('i32', 'to');
  forRange(f, index, lastWhole, 8, () => {
    // One local for both halves of a pair: V8 fuses what starts from one value.
    f.set(to, i32.mul(index, 4));
    f.set(start, i32.add(index, k0));
    const pair = [lanes(0), lanes(4)];
    pair.forEach((u, v) => {
      f.run(f32x4.store(to, c.address(node) + 16 * v, u));
    });
  });
  forRange(f, index, end, 1, () => {
    f.set(start, i32.add(index, k0));
    f.run(f32x4.storeLane(i32.mul(index, 4), c.address(node), lanes(0), 0));
  });
}

/** Each mix in a local of its own: k0, k1. */
function scalarWords(f: FunctionBuilder): Words<Value<'i32'>> {
  let made = 0;
  return {
    add: (a, b) => i32.add(a, b),
    xor: (a, b) => i32.op('xor', a, b),
    mix: (a) => {
      const h = f.local('i32', `k${made++}`);
      const folded = (shift: number) => i32.op('xor', h, i32.op('shr_u', h, shift));
      f.set(h, a);
      for (const { shift, factor } of MIX.rounds) f.set(h, i32.op('mul', folded(shift), factor));
      f.set(h, folded(MIX.lastShift));
      return h;
    },
  };
}

/** One chain of words: each mix takes the place of the one before. */
function laneWords(f: FunctionBuilder): Words<Value<'i32x4'>> {
  const h = f.local('i32x4', 'hash');
  return {
    add: (a, b) => i32x4.op('add', a, b),
    xor: (a, b) => i32x4.bits('xor', a, b),
    mix: (a) => {
      const folded = (shift: number) => i32x4.bits('xor', h, i32x4.shift('shr_u', h, shift));
      f.set(h, a);
      for (const { shift, factor } of MIX.rounds)
        f.set(h, i32x4.op('mul', folded(shift), splatBits(f, factor)));
      f.set(h, folded(MIX.lastShift));
      return h;
    },
  };
}
