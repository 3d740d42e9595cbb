/**
 * @file One module, nothing else: a trained network as a script that answers wherever JavaScript and WebAssembly run.
 *
 *   import { predict } from './lenet5.mjs';
 *   const { answers } = await predict(imageData);
 *
 * Previous stop: `shippedModel.ts`. Next stop: `web/shipped/shippedReader.ts`, what the script runs.
 */
import { formatShape } from '../../base/shape.ts';
import { version } from '../../base/version.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { script } from './moduleRuntime.generated.ts';
import { type About, type OneFileOptions, shipModel } from './shippedModel.ts';

/** NAME.mjs and NAME.d.mts, as bytes by name. */
export function exportModel(
  model: TrainedModel,
  { name, weights }: OneFileOptions,
): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const { about, text } = shipModel(model, { weights });
  const encoder = new TextEncoder();
  return new Map([
    [`${name}.mjs`, encoder.encode(moduleText(about, text, name))],
    [`${name}.d.mts`, encoder.encode(declarations(about))],
  ]);
}

function moduleText(about: About, text: readonly string[], fileName: string): string {
  const { name, classes, shape } = about;
  return `// ${oneLine(name)}: reads ${formatShape(shape)}, names ${classes.length} classes; ${about.weights} weights. Made by Fovea ${version}.
//
//   import { predict } from './${oneLine(fileName)}.mjs';
//   const { answers } = await predict(imageData); // [{ class, probability }, ...], most probable first
//
// One file, no dependency: Node 20, Deno, Bun, browsers and workers. What else it takes and gives: the .d.mts beside it.
${script}
const { load, predict } = fovea.shippedReader(${json(about)}, [
${text.map((piece) => `"${piece}"`).join(',\n')}
]);
export { load, predict };
export const classes = ${json(classes)};
export const inputShape = ${json(shape)};
`;
}

/** JSON that may stand in a script of a page too. */
export const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const oneLine = (name: string): string => name.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');

/** As many classes are written out as a type; of more the type is any text. */
const MOST_NAMED = 200;

function declarations({ name, classes, shape }: About): string {
  const named = classes.length <= MOST_NAMED ? classes.map((c) => json(c)).join(' | ') : 'string';
  const [height, width, channels] = shape;
  return `/** ${oneLine(name).replaceAll('*/', '* /')}: reads pictures of ${height} x ${width}, ${channels === 1 ? 'gray' : 'in colour'}. */

export type Class = ${named};

export interface Answer {
  readonly class: Class;
  readonly probability: number;
}

export interface Prediction {
  /** Most probable first; none where the sheet is blank. */
  readonly answers: readonly Answer[];
  /** There was no ink on the sheet: the network was not asked. */
  readonly blank: boolean;
  /** The picture was dark on light and was turned round. */
  readonly inverted: boolean;
  /** Of each class in order, where the network answers with distances; the smallest wins. */
  readonly distances: readonly number[] | null;
  /** Why the answer should not be trusted, where \`rejectFar\` or \`rejectClose\` said so. */
  readonly rejected: string | null;
  /** What was done to the picture, in words. */
  readonly notes: readonly string[];
  /** The bytes that the network saw, (${shape.join(', ')}); empty where numbers were given. */
  readonly given: Uint8Array;
}

/** Bytes of a picture of any size, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Gray, or red, green and blue. */
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

/**
 * An ImageData (any size, transparent parts are white), a Picture (any size), ${height * width * channels} bytes in rows, a
 * Float32Array of as many numbers as the network reads them, or nested arrays of pixels 0..255, [row][column] or
 * [row][column][channel].
 */
export type Input =
  | { readonly width: number; readonly height: number; readonly data: ArrayLike<number> }
  | Picture
  | Uint8Array
  | Uint8ClampedArray
  | Float32Array
  | readonly (readonly number[] | readonly (readonly number[])[])[];

export interface PredictOptions {
  /** How many classes to name; default 3. */
  readonly top?: number;
  /** Only the size is brought to the network's: nothing is inverted, cropped or centred. */
  readonly asIs?: boolean;
  /** Dark ink on light paper is turned round; default 'auto'. */
  readonly invert?: boolean | 'auto';
  /** Ink is cropped, scaled and centred as MNIST's is; default: where the network reads characters. */
  readonly centre?: boolean | 'auto';
  /** Of networks that answer with distances: rejects where the nearest is farther than this. */
  readonly rejectFar?: number;
  /** Rejects where the second nearest is farther by less than this. */
  readonly rejectClose?: number;
}

/** Loads the network when it is first called. An array of pictures gives an array of predictions. */
export function predict(input: readonly Input[], options?: PredictOptions): Promise<Prediction[]>;
export function predict(input: Input, options?: PredictOptions): Promise<Prediction>;

export interface LoadOptions {
  /** 'off': the module without fused multiply-adds, whose numbers are the same everywhere. Default 'auto'. */
  readonly relaxedSimd?: 'auto' | 'off';
}

export interface Reader {
  /** What runs: "wasm, 1 thread, 128-bit lanes, fused multiply-add". */
  readonly plan: string;
  predict(input: readonly Input[], options?: PredictOptions): Prediction[];
  predict(input: Input, options?: PredictOptions): Prediction;
}

/** A reader of its own, loaded now; its answers need no waiting. */
export function load(options?: LoadOptions): Promise<Reader>;

export const classes: readonly Class[];
/** Height, width, channels. */
export const inputShape: readonly [${shape.join(', ')}];
`;
}
