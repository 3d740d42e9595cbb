/**
 * @file A snapshot as the bytes of one safetensors file, and back.
 *
 * Parameters and optimizer slots are its tensors, the loop's position its metadata: one file, so that the
 * two can never be of different moments. JSON writes float64 numbers so that they read back to the bit.
 * Next stop: `interop/safetensors/safetensors.ts`, the format; `runs/folder/runFolder.ts`, where the file lies.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { readSafetensors, writeSafetensors } from '../../interop/safetensors/safetensors.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { Progress, Snapshot } from '../progress.ts';

const FORMAT = 'fovea-checkpoint-1';

/** JSON has no word for NaN and infinities and writes null: nothing was measured, or it is beyond numbers. */
export const measured = z.pipe(
  z.nullable(z.number()),
  z.transform((value) => value ?? Number.NaN),
);

function metricsOfNumbers<N extends z.ZodMiniType<number>>(number: N) {
  const ofOutput = z.object({
    loss: number,
    accuracy: z.optional(number),
    meanAbsoluteError: z.optional(number),
    metrics: z.optional(z.record(z.string(), measured)),
  });
  return z.extend(ofOutput, { outputs: z.optional(z.record(z.string(), ofOutput)) });
}

export const metrics = metricsOfNumbers(z.number());

/** Of test pictures, by which nothing is decided: they may be anything, and a run must be readable still. */
export const testMetrics = metricsOfNumbers(measured);

const lossScaling = z.optional(z.object({ skipped: z.number(), scale: z.number() }));

export const epochRecordSchema = z.object({
  epoch: z.int().check(z.positive()),
  train: metrics,
  validation: z.nullable(metrics),
  test: z.optional(testMetrics),
  learningRate: z.number(),
  lossScaling,
  seconds: z.number(),
  waiting: z._default(z.number(), 0),
});

const progressSchema = z.object({
  epoch: z.int().check(z.nonnegative()),
  batch: z.int().check(z.nonnegative()),
  step: z.int().check(z.nonnegative()),
  lossSum: z.number(),
  correct: z.number(),
  sums: z.optional(z.record(z.string(), measured)),
  lossScaling,
  rows: z.int().check(z.nonnegative()),
  seconds: z.number(),
  waiting: z._default(z.number(), 0),
  history: z.array(epochRecordSchema),
  best: z.nullable(z.object({ epoch: z.int(), loss: z.number() })),
  schedule: z.object({
    scale: z.number(),
    best: z.nullable(z.number()),
    waited: z.int().check(z.nonnegative()),
  }),
}) satisfies z.ZodMiniType<Progress>;

export function encodeCheckpoint({ states, progress }: Snapshot): Uint8Array {
  return writeSafetensors(states, { format: FORMAT, progress: JSON.stringify(progress) });
}

/** `where` names the file in errors. */
export function decodeCheckpoint(bytes: Uint8Array, where: string): Snapshot {
  const { tensors, metadata } = readSafetensors(bytes, where);
  if (metadata.format !== FORMAT || metadata.progress === undefined) {
    throw new FoveaError({
      where,
      problem: `not a checkpoint (its format is ${metadata.format ?? 'not said'})`,
      expected: `a file that training wrote, of format ${FORMAT}`,
    });
  }
  const progress = progressSchema.safeParse(
    parseJson(metadata.progress, { where, expected: 'the position of a run' }),
  );
  if (!progress.success) {
    throw new FoveaError({
      where,
      problem: `the position it holds cannot be read: ${progress.error.issues[0].path.join('.')}`,
    });
  }
  const states = new Map<string, StateValue>();
  for (const [name, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array || data instanceof Int32Array)) {
      throw new FoveaError({
        where,
        problem: `"${name}" is not of float32 or int32 numbers`,
        expected: 'a checkpoint as training wrote it',
      });
    }
    states.set(name, { shape, data });
  }
  return { states, progress: progress.data };
}
