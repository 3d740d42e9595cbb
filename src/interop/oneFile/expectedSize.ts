/**
 * @file How large a file with a network in it will be, told before it is made.
 */
import { FoveaError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { formatBytes } from '../../base/units.ts';
import { parametersOf } from '../../nn/network.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { WeightFormat } from './weights.ts';

/** Bytes of a weight before it is text: sign and mantissa whole, exponents and int8 as they usually pack. */
const BYTES: Readonly<Record<WeightFormat, number>> = { float32: 3.4, float16: 1.8, int8: 0.95 };
/** Text is 16/13 of its bytes. */
const TEXT = 16 / 13;
/** The script and two modules. */
const AROUND = 40_000;

/** A script is one text to its engine, and V8 holds none of 2^29 characters. */
const MOST = 2 ** 29 - 2 ** 20;

/** About: within a tenth for networks of a megabyte and more. */
export function expectedBytes(spec: ModelSpec, format: WeightFormat): number {
  const numbers = parametersOf(spec).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return Math.round(numbers * BYTES[format] * TEXT) + AROUND;
}

/** Throws where no runtime would read the file. */
export function checkExpectedSize(spec: ModelSpec, format: WeightFormat): void {
  const bytes = expectedBytes(spec, format);
  if (bytes < MOST) return;
  throw new FoveaError({
    problem: `the file would have about ${formatBytes(bytes)}, and no engine reads a script of ${formatBytes(MOST)}`,
    fix:
      format === 'int8'
        ? 'ship the network as model.json and weights.safetensors'
        : 'ship int8 weights',
  });
}
