/**
 * @file A model's preprocessing as the first operators: pixels 0..255 become the numbers that the first layer reads.
 *
 * (pixel - mean) * scale + offset, behind a border of background where the model has one. Before: `program.ts`.
 */
import type { Shape } from '../../base/shape.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import { transposed } from '../layouts.ts';
import type { ProgramBuilder } from './program.ts';

export function preprocessingNodes(
  b: ProgramBuilder,
  pixels: string,
  shape: Shape,
  { scale, offset, mean, border }: Preprocessing,
): string {
  let x = pixels;
  if (border !== undefined) {
    const pads = [0, 0, border, border, 0, 0, border, border];
    x = b.node('Pad', [x, b.whole('border', pads)], { mode: { text: 'constant' } });
  }
  const perChannel = (name: string, values: readonly number[]): string =>
    b.numbers(name, shape.length === 3 ? [values.length, 1, 1] : [values.length], values);
  if (mean !== undefined) {
    const isPerPixel = shape.length === 3 && mean.length !== shape[2];
    const first = isPerPixel
      ? transposed({ shape, data: Float32Array.from(mean) }, [2, 0, 1])
      : undefined;
    const name =
      first === undefined ? perChannel('mean', mean) : b.numbers('mean', first.shape, first.data);
    x = b.node('Sub', [x, name]);
  }
  if (typeof scale !== 'number') x = b.node('Mul', [x, perChannel('scale', scale)]);
  else if (scale !== 1) x = b.node('Mul', [x, b.numbers('scale', [], [scale])]);
  return offset === 0 ? x : b.node('Add', [x, b.numbers('offset', [], [offset])]);
}
