/** @file Counted loops over locals, shared by all emitters. */
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32, type Pointer } from '../../assembler/lanes.ts';

/** `for (; counter < end; counter += step) body()`; the counter keeps its start, and may start past the end. */
export function forRange(
  f: FunctionBuilder,
  counter: Local<'i32'>,
  end: Value<'i32'>,
  step: number,
  body: () => void,
): void {
  f.if(i32.lessThan(counter, end), () => {
    f.repeatWhile(() => {
      body();
      f.set(counter, i32.add(counter, step));
      return i32.lessThan(counter, end);
    });
  });
}

/** Runs the body a constant number of times: written out when once, else as a loop on a hidden counter. */
export function times(f: FunctionBuilder, count: number, body: () => void): void {
  if (count <= 0) return;
  if (count === 1) {
    body();
    return;
  }
  f.scratch('i32', 'left', (left) => {
    f.set(left, i32.const(count));
    f.repeatWhile(() => {
      body();
      f.set(left, i32.sub(left, 1));
      return left;
    });
  });
}

/** `pointer += bytes`. */
export function advance(f: FunctionBuilder, pointer: Pointer, bytes: number): void {
  if (bytes !== 0) f.set(pointer, i32.add(pointer, bytes));
}

/**
 * The body of a loop whose vectors end with it: their locals are zero afterwards. Otherwise V8 would carry each
 * from turn to turn, count that as a use of its own, and not fuse the pair it belongs to.
 */
export function withinTurn(f: FunctionBuilder, body: () => void): void {
  for (const local of f.setBy(body)) {
    if (local.type === 'f32x4') f.set(local as Local<'f32x4'>, f32x4.splat(0));
  }
}
