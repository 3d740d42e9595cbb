/**
 * @file Bits read from text by WebAssembly: the state between two reads, and the instructions of a read.
 *
 * Two of 91 characters hold 13 bits (`text.ts`). Bits that were read from the text and not taken yet are held in a word,
 * the next one lowest. Next stops: `inflate.ts` and `floats.ts`, who read.
 */
import type { FunctionBuilder, Local, Value } from '../../../backends/wasm/assembler/function.ts';
import { i32 } from '../../../backends/wasm/assembler/lanes.ts';
import { BASE, BITS, FIRST_CODE, LEFT_OUT } from '../text.ts';
import { READER } from './places.ts';

/** A reader's state while a function runs. */
export interface BitReader {
  /** Address of the next character. */
  readonly at: Local<'i32'>;
  readonly held: Local<'i32'>;
  /** How many bits are held. */
  readonly count: Local<'i32'>;
}

/** Reads with the state of before, and leaves it for whoever reads next. */
export function withReader(f: FunctionBuilder, body: (reader: BitReader) => void): void {
  const reader = locals(f, 'at', 'held', 'count');
  for (const name of ['at', 'held', 'count'] as const) {
    f.set(reader[name], i32.load(0, READER[name]));
  }
  body(reader);
  for (const name of ['at', 'held', 'count'] as const) {
    f.run(i32.store(0, READER[name], reader[name]));
  }
}

/** Sees to it that so many bits are held; at most 15. Behind the text lies anything, which nobody takes. */
export function need(f: FunctionBuilder, { at, held, count }: BitReader, bits: Value<'i32'>): void {
  f.block((leaveIf) => {
    f.repeatWhile(() => {
      leaveIf(i32.op('ge_s', count, bits));
      const unit = i32.add(i32.mul(placeAt(f, at, 0), BASE), placeAt(f, at, 1));
      f.set(held, i32.op('or', held, i32.op('shl', unit, count)));
      f.set(count, i32.add(count, BITS));
      f.set(at, i32.add(at, 2));
      return i32.const(1);
    });
  });
}

/** Passes over so many that are held. */
export function drop(f: FunctionBuilder, { held, count }: BitReader, bits: Value<'i32'>): void {
  f.set(held, i32.op('shr_u', held, bits));
  f.set(count, i32.sub(count, bits));
}

/** The next bits as a number, in `to`; at most 15. */
export function take(
  f: FunctionBuilder,
  reader: BitReader,
  bits: Value<'i32'>,
  to: Local<'i32'>,
): void {
  need(f, reader, bits);
  f.set(to, i32.op('and', reader.held, lowBits(bits)));
  drop(f, reader, bits);
}

/** So many ones. */
export const lowBits = (bits: Value<'i32'>): Value<'i32'> =>
  i32.sub(i32.op('shl', i32.const(1), bits), 1);

/** Words of a function, zero where it begins. */
export const locals = <Name extends string>(f: FunctionBuilder, ...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, f.local('i32', name)])) as Readonly<
    Record<Name, Local<'i32'>>
  >;

/** A character's place in the alphabet: its code, less the first one, less those left out before it. */
function placeAt(f: FunctionBuilder, at: Local<'i32'>, offset: number): Value<'i32'> {
  const code = f.reuse('i32', `code${offset}`);
  f.set(code, i32.loadByte(at, offset));
  return LEFT_OUT.reduce<Value<'i32'>>(
    (place, leftOut) => i32.sub(place, i32.op('gt_u', code, leftOut)),
    i32.sub(code, FIRST_CODE),
  );
}
