/**
 * @file Weights read from far memory before they are used: what no cache holds comes faster in one go.
 *
 * A core waits with as many instructions as its queue holds. Among multiply-adds few of them are loads, so memory is asked
 * for little at a time; a loop that does nothing but load keeps it busy, and the arithmetic then finds its numbers near.
 * WebAssembly has no prefetch: a number of each line is loaded, and all are made into one that is stored, since the
 * compiler leaves out what nobody wants.
 */
import type { FunctionBuilder, Value } from '../../assembler/function.ts';
import { i32, type Pointer } from '../../assembler/lanes.ts';
import { advance, forRange } from './loops.ts';

/** Bytes of weights that caches may be expected to hold from one answer to the next. */
export const CACHED_BYTES = 4 << 20;

const LINE_BYTES = 64;
const LINES_PER_TURN = 16;

/** Brings `bytes` from `start` on near, but for what is left of less than 1 KB; writes over four bytes at `sink`. */
export function emitFetch(
  f: FunctionBuilder,
  start: Value<'i32'>,
  bytes: Value<'i32'>,
  sink: Pointer,
): void {
  const line = f.reuse('i32', 'fetchedLine');
  const turn = f.reuse('i32', 'fetchTurn');
  const turns = f.reuse('i32', 'fetchTurns');
  const seen = f.reuse('i32', 'fetched');
  f.set(line, start);
  f.set(turn, i32.const(0));
  f.set(turns, i32.op('div_u', bytes, i32.const(LINES_PER_TURN * LINE_BYTES)));
  f.set(seen, i32.const(0));
  forRange(f, turn, turns, 1, () => {
    for (let k = 0; k < LINES_PER_TURN; k++)
      f.set(seen, i32.op('or', seen, i32.load(line, k * LINE_BYTES)));
    advance(f, line, LINES_PER_TURN * LINE_BYTES);
  });
  f.run(i32.store(sink, 0, seen));
}
