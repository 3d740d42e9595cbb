/**
 * @file Networks of random weights shipped as one file, and the pictures that everybody who opens one is asked.
 *
 * The pictures are made by a script, so that a process of its own, a page and this one make the same.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { openSession } from '../../src/backends/select.ts';
import type { Picture } from '../../src/data/images/picture.ts';
import { exportModel } from '../../src/interop/oneFile/exportJs.ts';
import { type ShipOptions, withShippedWeights } from '../../src/interop/oneFile/shippedModel.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';
import { predictBatch } from '../../src/train/prediction/batchPrediction.ts';
import { channelsOf, openPredictor } from '../../src/train/prediction/predict.ts';
import type { Prediction, PredictOptions } from '../../src/train/prediction/reading.ts';

/** `casesFor([H, W, C])`: pictures in every form, with their options. A script's text, for whoever runs it. */
export const CASES = `
function casesFor([H, W, C]) {
  // A dark stroke on light paper, with a shade across it.
  const at = (x, y, w, h) => (Math.abs(x - w / 2 - (y - h / 2) / 4) < w / 12 && y > h / 5 && y < 0.8 * h ? 25 : 225 - Math.floor(40 * x / w));
  const bytes = (w, h, c, ArrayOf = Uint8Array) => ArrayOf.from({ length: w * h * c }, (_, i) => at(Math.floor(i / c) % w, Math.floor(i / c / w), w, h) + (i % c) * 9);
  const drawn = (w, h, alpha) => {
    const data = bytes(w, h, 4, Uint8ClampedArray);
    for (let i = 3; i < data.length; i += 4) data[i] = alpha(i);
    return { width: w, height: h, data };
  };
  const rows = (w, h) => Array.from({ length: h }, (_, y) => Array.from({ length: w }, (_, x) => at(x, y, w, h)));
  return [
    { input: { width: 90, height: 70, channels: 3, pixels: bytes(90, 70, 3) }, options: { top: 10 } },
    { input: { width: 61, height: 64, channels: 1, pixels: bytes(61, 64, 1) } },
    { input: bytes(W, H, C), options: { top: 2 } },
    { input: bytes(W, H, C), options: { asIs: true } },
    { input: drawn(120, 100, () => 255) },
    { input: drawn(50, 40, (i) => (i * 7) % 256) },
    { input: rows(45, 60) },
    { input: rows(45, 60).map((row) => row.map((v) => [v, v, 255 - v])), options: { invert: false } },
    { input: { width: 40, height: 40, channels: 1, pixels: new Uint8Array(1600).fill(240) } },
    { input: Float32Array.from({ length: H * W * C }, (_, i) => Math.sin(i * 0.37)), options: { top: 10 } },
  ];
}
async function answersOf(file, options) {
  const { load, predict, inputShape } = file;
  const reader = options === undefined ? { predict } : await load(options);
  const plain = (prediction) => ({ ...prediction, given: [...prediction.given] });
  const all = [];
  for (const { input, options } of casesFor(inputShape)) all.push(plain(await reader.predict(input, options)));
  const few = casesFor(inputShape).slice(0, 3).map(({ input }) => input);
  return { all, batch: (await reader.predict(few)).map(plain) };
}
`;

export interface Answered {
  readonly all: readonly PlainPrediction[];
  readonly batch: readonly PlainPrediction[];
}
type PlainPrediction = Omit<Prediction, 'given'> & { readonly given: readonly number[] };

interface Case {
  readonly input: unknown;
  readonly options?: PredictOptions;
}

/** What a session with one thread and 128-bit lanes says of the same pictures. */
export async function answersHere(model: TrainedModel, ship: ShipOptions = {}): Promise<Answered> {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const shipped = withShippedWeights(model, ship.weights ?? 'float32');
  const read = openPredictor(session, shipped);
  const [H, W, C] = model.spec.inputShape as [number, number, number];
  const casesFor = new Function(`${CASES}; return casesFor`)() as (
    shape: readonly number[],
  ) => Case[];
  const answer = async ({ input, options }: Case): Promise<PlainPrediction> => {
    if (input instanceof Float32Array) {
      const { output, distances } = await predictBatch(session, shipped, input);
      const ranked = Array.from(output.data, (probability, i) => ({
        class: model.classes[i] ?? '',
        probability,
      }));
      ranked.sort((a, b) => b.probability - a.probability);
      return {
        answers: ranked,
        blank: false,
        inverted: false,
        distances: distances === undefined ? null : [...distances.data],
        rejected: null,
        notes: [],
        given: [],
      };
    }
    const prediction = await read(pictureOf(input, [H, W, C], channelsOf(model)), options);
    return { ...prediction, given: [...prediction.given] };
  };
  const cases = casesFor([H, W, C]);
  const all: PlainPrediction[] = [];
  for (const one of cases) all.push(await answer(one));
  const batch: PlainPrediction[] = [];
  for (const { input } of cases.slice(0, 3)) batch.push(await answer({ input }));
  return { all, batch };
}

/** By loops of the test's own: what each form of input is as a picture. */
function pictureOf(input: unknown, [H, W]: readonly number[], channels: 1 | 3): Picture {
  if (input instanceof Uint8Array) return { width: W, height: H, channels, pixels: input };
  if (Array.isArray(input)) {
    const flat = (input as number[][]).flat(2);
    const width = (input as number[][])[0].length;
    const found = flat.length === input.length * width ? 1 : 3;
    return grayOrColour(
      { width, height: input.length, channels: found, pixels: Uint8Array.from(flat) },
      channels,
    );
  }
  if (!('data' in (input as object))) return grayOrColour(input as Picture, channels);
  const { width, height, data } = input as {
    width: number;
    height: number;
    data: Uint8ClampedArray;
  };
  const pixels: number[] = [];
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] / 255;
    for (const c of [0, 1, 2]) pixels.push(Math.round(data[i + c] * alpha + 255 * (1 - alpha)));
  }
  return grayOrColour({ width, height, channels: 3, pixels: Uint8Array.from(pixels) }, channels);
}

function grayOrColour(picture: Picture, channels: 1 | 3): Picture {
  if (picture.channels === channels) return picture;
  const { pixels } = picture;
  const changed =
    channels === 3
      ? [...pixels].flatMap((v) => [v, v, v])
      : Array.from({ length: pixels.length / 3 }, (_, i) =>
          Math.round(0.299 * pixels[3 * i] + 0.587 * pixels[3 * i + 1] + 0.114 * pixels[3 * i + 2]),
        );
  return { ...picture, channels, pixels: Uint8Array.from(changed) };
}

/** Writes the file into a folder; gives its path. */
export function writeShipped(
  folder: string,
  model: TrainedModel,
  ship: ShipOptions & { name?: string } = {},
): string {
  const files = [...exportModel(model, { name: model.spec.name, ...ship })];
  for (const [name, bytes] of files) writeFileSync(path.join(folder, name), bytes);
  return path.join(folder, files[0][0]);
}

/** What a process of its own answers, which knows nothing but the file. */
export async function answersOfProcess(
  file: string,
  {
    program = process.execPath,
    args = ['--input-type=module', '--eval'],
    load = undefined as object | undefined,
  } = {},
): Promise<Answered & { readonly plan: string }> {
  const script = `${CASES}
    const file = await import(${JSON.stringify(`file://${file}`)});
    console.log(JSON.stringify({ ...(await answersOf(file, ${JSON.stringify(load)})), plan: (await file.load(${JSON.stringify(load)})).plan }));`;
  const { stdout } = await promisify(execFile)(program, [...args, script], {
    cwd: path.dirname(file),
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout) as Answered & { plan: string };
}
