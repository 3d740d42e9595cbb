/**
 * @file What a network answers to rows of numbers, by its outputs; ours to be compared with what others say of it.
 */
import { openSession } from '../../src/backends/select.ts';
import { RandomStream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { inputsOf, outputsOf } from '../../src/nn/spec.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';
import { activations, type Numbers } from '../../src/train/prediction/batchPrediction.ts';

export type NamedRows = Readonly<Record<string, Float32Array>>;

/** Drawn numbers for every input, channels last. */
export function drawnRows({ spec }: TrainedModel, count: number): NamedRows {
  return Object.fromEntries(
    inputsOf(spec).map(({ name, shape }) => {
      const random = new RandomStream(3, name);
      return [name, Float32Array.from({ length: count * sizeOf(shape) }, () => random.normal())];
    }),
  );
}

/** The outputs by name, as the last layers give them, channels last. */
export async function answersOf(
  model: TrainedModel,
  rows: NamedRows,
): Promise<Readonly<Record<string, Numbers>>> {
  const session = await openSession({ threads: 1 });
  try {
    const ends = outputsOf(model.spec);
    const found = await activations(
      session,
      model,
      rows,
      ends.map(({ layer }) => layer),
    );
    return Object.fromEntries(ends.map(({ name, layer }) => [name, found[layer]]));
  } finally {
    await session.close();
  }
}

/** The largest difference of two answers, for numbers of about 1; Infinity where shapes differ. */
export function furthest(
  ours: Readonly<Record<string, Numbers>>,
  theirs: Readonly<Record<string, Numbers>>,
): number {
  if (Object.keys(ours).sort().join() !== Object.keys(theirs).sort().join()) return Infinity;
  let most = 0;
  for (const [name, { shape, data }] of Object.entries(ours)) {
    const other = theirs[name];
    if (other.shape.join() !== shape.join()) return Infinity;
    for (let i = 0; i < data.length; i++) {
      const apart = Math.abs(data[i] - other.data[i]) / Math.max(1, Math.abs(data[i]));
      most = Number.isNaN(apart) ? Infinity : Math.max(most, apart);
    }
  }
  return most;
}

/** (N, H, W, C) -> (N, C, H, W), and back with `toLast`. Other ranks stay. */
export function turnedRows({ shape, data }: Numbers, toLast = false): Numbers {
  if (shape.length !== 4) return { shape, data };
  const [N, A, B, C] = shape;
  const [H, W, channels] = toLast ? [B, C, A] : [A, B, C];
  const turned = new Float32Array(data.length);
  for (let n = 0; n < N; n++)
    for (let pixel = 0; pixel < H * W; pixel++)
      for (let c = 0; c < channels; c++) {
        const first = (n * channels + c) * H * W + pixel;
        const last = (n * H * W + pixel) * channels + c;
        if (toLast) turned[last] = data[first];
        else turned[first] = data[last];
      }
  return { shape: toLast ? [N, H, W, channels] : [N, channels, H, W], data: turned };
}
