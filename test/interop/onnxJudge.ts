/**
 * @file onnxruntime-web, which judges the ONNX files that are written: it reads them as anybody would.
 */
import * as ort from 'onnxruntime-web';
import { inputsOf, type ModelSpec } from '../../src/nn/spec.ts';
import type { Numbers } from '../../src/train/prediction/batchPrediction.ts';
import { type NamedRows, turnedRows } from './answers.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** Its answers, brought to channels last. `nhwc`: the file takes and gives pictures as they are. */
export async function judged(
  file: Uint8Array,
  spec: Pick<ModelSpec, 'inputs' | 'inputShape' | 'preprocessing' | 'outputs'>,
  rows: NamedRows,
  count: number,
  { nhwc = false } = {},
): Promise<Readonly<Record<string, Numbers>>> {
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] });
  try {
    const feeds = Object.fromEntries(
      inputsOf(spec as ModelSpec).map(({ name, shape }) => {
        const given = { shape: [count, ...shape], data: rows[name] };
        const { shape: dims, data } = nhwc ? given : turnedRows(given);
        return [name, new ort.Tensor('float32', data, dims)];
      }),
    );
    const results = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => {
        const numbers = { shape: dims, data: data as Float32Array };
        return [name, nhwc ? numbers : turnedRows(numbers, true)];
      }),
    );
  } finally {
    await session.release();
  }
}
