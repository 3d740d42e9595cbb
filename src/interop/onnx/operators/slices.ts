/**
 * @file What a Slice takes along each axis that it names.
 *
 * Before: `parts.ts`. Next stop: `../spec/windows.ts`, where it is cropping.
 */
import type { Call } from '../call.ts';
import { axesOf } from './operator.ts';

export interface Slice {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

export function slicesOf(call: Call): readonly Slice[] {
  const { shape } = call.node(0);
  const isOld = call.opset < 10;
  const starts = (isOld ? call.ints('starts') : call.numbers(1, 'starts')) ?? [];
  const ends = (isOld ? call.ints('ends') : call.numbers(2, 'ends')) ?? [];
  const asked = isOld ? call.ints('axes') : call.numbers(3, 'axes');
  const axes = axesOf(call, asked ?? starts.map((_, i) => i), shape.length);
  const steps = isOld ? undefined : call.numbers(4, 'steps');
  return axes.map((axis, i) => {
    const step = steps?.[i] ?? 1;
    const extent = shape[axis] ?? 0;
    if (step === 0) call.refuse('a step of 0', 'steps from 1 up, or from -1 down');
    const taken = takenFrom(extent, starts[i] ?? 0, ends[i] ?? extent, step);
    if (taken.size === 0)
      call.refuse(`nothing is left of axis ${axis} (${extent})`, 'at least one element');
    return { axis, step, ...taken };
  });
}

/** From `start` to before `end` by `step`, all cut to what is there, as Python does it. */
function takenFrom(extent: number, from: number, to: number, step: number) {
  const place = (at: number) => (at < 0 ? at + extent : at);
  const clipped = (at: number, least: number, most: number) => Math.min(Math.max(at, least), most);
  const start = step > 0 ? clipped(place(from), 0, extent) : clipped(place(from), 0, extent - 1);
  const end = step > 0 ? clipped(place(to), 0, extent) : clipped(place(to), -1, extent - 1);
  return { start, size: Math.max(0, Math.ceil((end - start) / step)) };
}
