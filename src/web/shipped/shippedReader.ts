/**
 * @file What a shipped file exports: `predict`, and `load` for those who want to choose.
 *
 * Pictures are prepared and answers worded by the very code of `openPredictor`; the arithmetic is the file's own
 * module. Previous stop: `openProgram.ts`. Next stop: `train/prediction/reading.ts`.
 */
import { fillPixels } from '../../data/batches/batches.ts';
import type { About } from '../../interop/oneFile/shippedModel.ts';
import {
  type Prediction,
  type PredictOptions,
  predictionOf,
  prepareFor,
  type Reader,
} from '../../train/prediction/reading.ts';
import { isBatch, type OneInput, readInput } from './inputs.ts';
import { type LoadOptions, type OpenProgram, openProgram } from './openProgram.ts';

export interface ShippedReader {
  /** What runs: "wasm, 1 thread, 128-bit lanes, fused multiply-add". */
  readonly plan: string;
  predict(
    input: OneInput | readonly OneInput[],
    options?: PredictOptions,
  ): Prediction | Prediction[];
}

/** `predict` loads when it is first called, and once; `load` loads anew each time. */
export function shippedReader(about: About, text: readonly string[]) {
  const load = async (options?: LoadOptions): Promise<ShippedReader> => {
    const program = await openProgram(about, text, options);
    const { plan } = program;
    return {
      plan,
      predict: (input, asked) =>
        isBatch(input)
          ? input.map((one) => predictOne(about, program, one, asked))
          : predictOne(about, program, input, asked),
    };
  };
  let shared: Promise<ShippedReader> | undefined;
  const predict = async (input: OneInput | readonly OneInput[], options?: PredictOptions) => {
    shared ??= load();
    return (await shared).predict(input, options);
  };
  return { load, predict };
}

const FIRST = Int32Array.of(0);
const NOTHING = { inverted: false, notes: [], pixels: new Uint8Array(0) };

/** One picture, or numbers as the network reads them; `program` holds what every layer said of it. */
export function predictOne(
  reader: Reader,
  program: OpenProgram,
  input: OneInput,
  options: PredictOptions = {},
): Prediction {
  const read = readInput(input, reader);
  if ('numbers' in read) {
    program.x.set(read.numbers);
    return predictionOf(reader, NOTHING, answered(program), options);
  }
  const prepared = prepareFor(reader, read.picture, options);
  if (prepared.blank) return predictionOf(reader, prepared, null);
  fillPixels(prepared.pixels, 1, FIRST, reader.preprocessing, program.x);
  return predictionOf(reader, prepared, answered(program), options);
}

function answered(program: OpenProgram) {
  program.run();
  const probabilities = program.output('probabilities') ?? [];
  return { probabilities, distances: program.output('distances') };
}
