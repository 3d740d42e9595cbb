/**
 * @file Floats put together by WebAssembly: exponents from a plane, signs and mantissas from the bits that a text holds.
 *
 * Of each number the text has the lowest bit of the mantissa first, the sign last. Previous stop: `bitReader.ts`. Next
 * stops: `decoderModule.ts`; `../weights.ts`, which writes them so.
 */
import { FunctionBuilder, type Local } from '../../../backends/wasm/assembler/function.ts';
import { i32 } from '../../../backends/wasm/assembler/lanes.ts';
import type { ModuleBuilder } from '../../../backends/wasm/assembler/module.ts';
import { locals, lowBits, take, withReader } from './bitReader.ts';

/** Bits of the mantissa of a float32. */
const FULL = 23;

type Word = Local<'i32'>;

/**
 * Adds `floats(count, mantissa, plane, to)`: so many float32 at `to`, with `mantissa` bits kept of each, their exponents
 * a byte each at `plane`.
 */
export function addFloats(module: ModuleBuilder): void {
  const f = new FunctionBuilder('floats', {
    count: 'i32',
    mantissa: 'i32',
    plane: 'i32',
    to: 'i32',
  });
  const [left, mantissa, plane, to] = f.locals as [Word, Word, Word, Word];
  const { half, word, high } = locals(f, 'half', 'word', 'high');
  // No more than 15 bits are taken at once.
  f.set(half, i32.op('shr_u', mantissa, 1));
  withReader(f, (reader) => {
    f.block((leaveIf) => {
      f.repeatWhile(() => {
        leaveIf(i32.op('eq', left, 0));
        take(f, reader, half, word);
        take(f, reader, i32.add(i32.sub(mantissa, half), 1), high);
        f.set(word, i32.op('or', word, i32.op('shl', high, half)));
        const sign = i32.op('shl', i32.op('shr_u', word, mantissa), 31);
        const exponent = i32.op('shl', i32.loadByte(plane), FULL);
        const kept = i32.op('and', word, lowBits(mantissa));
        const fraction = i32.op('shl', kept, i32.sub(FULL, mantissa));
        f.run(i32.store(to, 0, i32.op('or', i32.op('or', sign, exponent), fraction)));
        f.set(plane, i32.add(plane, 1));
        f.set(to, i32.add(to, 4));
        f.set(left, i32.sub(left, 1));
        return i32.const(1);
      });
    });
  });
  module.add(f, 'floats');
}
