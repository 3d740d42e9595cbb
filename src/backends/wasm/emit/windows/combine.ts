/**
 * @file How the pixels of a window are put together: lane by lane, the same numbers as in the plain loops.
 *
 * A sum is a sum. The maximum that NaN comes through and to which 0 is more than -0 is one instruction of WebAssembly
 * and nine of a processor, each waiting for the one before. Here it is three threads of a few that do not wait for one
 * another: the larger number, which may miss NaN and the sign of a zero; a sign that is negative only if all are; and
 * whether any pixel was NaN. Of a minimum likewise. Previous stop: `pool2d.ts`.
 */
import type { Pooling } from '../../../../ops/windows/pooling.ts';
import type { FunctionBuilder, Value } from '../../assembler/function.ts';
import { f32x4, i32x4 } from '../../assembler/lanes.ts';

type Lanes = Value<'f32x4'>;

/** Some lanes of a window: begun with the identity, and pixel by pixel. */
export interface Combination {
  add(pixel: Lanes): void;
  result(): Lanes;
}

/** Begins one, in locals of the name; a pixel must be cheap to repeat. */
export function beginCombination(
  f: FunctionBuilder,
  { combine, identity }: Pooling,
  name: string,
): Combination {
  return combine === 'add'
    ? beginSum(f, identity, name)
    : beginExtreme(f, EXTREMES[combine], identity, name);
}

function beginSum(f: FunctionBuilder, identity: number, name: string): Combination {
  const sum = f.reuse('f32x4', `sum${name}`);
  f.set(sum, f32x4.splat(identity));
  return { add: (pixel) => f.set(sum, f32x4.add(sum, pixel)), result: () => sum };
}

interface Extreme {
  readonly choose: 'pmax' | 'pmin';
  /** Negative if all are, or if any is. */
  readonly signs: 'and' | 'or';
}

const EXTREMES = {
  max: { choose: 'pmax', signs: 'and' },
  min: { choose: 'pmin', signs: 'or' },
} as const satisfies Record<'max' | 'min', Extreme>;

const SIGN = 0x80000000;
const MAGNITUDE = 0x7fffffff;

function beginExtreme(
  f: FunctionBuilder,
  extreme: Extreme,
  identity: number,
  name: string,
): Combination {
  const chosen = f.reuse('f32x4', `chosen${name}`);
  const signs = f.reuse('i32x4', `signs${name}`);
  const unordered = f.reuse('i32x4', `unordered${name}`);
  f.set(chosen, f32x4.splat(identity));
  f.set(signs, i32x4.fromBits(f32x4.splat(identity)));
  f.set(unordered, i32x4.splat(0));
  return {
    add(pixel) {
      f.set(chosen, f32x4.op(extreme.choose, chosen, pixel));
      f.set(signs, i32x4.bits(extreme.signs, signs, i32x4.fromBits(pixel)));
      f.set(unordered, i32x4.bits('or', unordered, f32x4.compare('ne', pixel, pixel)));
    },
    result() {
      const magnitude = i32x4.bits(
        'and',
        i32x4.fromBits(chosen),
        f.hoisted('magnitude', i32x4.splat(MAGNITUDE)),
      );
      const sign = i32x4.bits('and', signs, f.hoisted('sign', i32x4.splat(SIGN)));
      return f32x4.fromBits(i32x4.bits('or', i32x4.bits('or', magnitude, sign), unordered));
    },
  };
}
