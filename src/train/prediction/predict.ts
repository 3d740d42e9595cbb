/**
 * @file What a trained network says of single pictures.
 *
 * Pictures are prepared as the training pictures were (size, light ink on dark, preprocessing), run one
 * by one, and answered with the most probable classes. Next stop: `data/images/prepare.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import { fillBatch } from '../../data/batches/batches.ts';
import { surround } from '../../data/dataset.ts';
import type { Picture } from '../../data/images/picture.ts';
import { type PrepareOptions, prepareImage } from '../../data/images/prepare.ts';
import { answersWithDistances, checkNamesClasses } from '../../nn/losses/answers.ts';
import { inferenceGraph, parameterNames } from '../../nn/programs/programs.ts';
import { imageShapeOf } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { checkWeights } from '../checks.ts';
import { restoreStates, trainedScope } from '../snapshots/snapshot.ts';

export interface Answer {
  readonly class: string;
  readonly probability: number;
}

export interface Prediction {
  /** Most probable first; none where there was nothing to read. */
  readonly answers: readonly Answer[];
  /** No ink on the sheet: the network was not asked. */
  readonly blank: boolean;
  readonly inverted: boolean;
  /** Of every class in order, where the model answers with distances; the smallest wins. */
  readonly distances: readonly number[] | null;
  /** Why the answer should not be trusted; null where nothing was asked or nothing speaks against it. */
  readonly rejected: string | null;
  /** What was done to the picture, in words. */
  readonly notes: readonly string[];
  /** What the network was given: bytes of its input shape, before its own scaling. */
  readonly given: Uint8Array;
}

export interface PredictOptions extends PrepareOptions {
  /** Only the size is brought to the network's: nothing is inverted, cropped or centred, no sheet is blank. */
  readonly asIs?: boolean | undefined;
  /** How many classes to name; default 3. */
  readonly top?: number;
  /** Of models that answer with distances: rejects where the nearest code is farther than this. */
  readonly rejectFar?: number | undefined;
  /** Rejects where the second nearest code is farther by less than this. */
  readonly rejectClose?: number | undefined;
}

/** A model, with weights of its own or those that the session holds for its spec object. */
export type PredictedModel = Omit<TrainedModel, 'weights'> & Partial<TrainedModel>;

/** Reads picture after picture. */
export interface Predictor {
  (picture: Picture, options?: PredictOptions): Promise<Prediction>;
  /** Gives back the program's memory, and that of weights which came with the model. */
  close(): void;
}

/**
 * Compiles the network once. Weights that come with the model are the predictor's own; without them it reads
 * those that the session holds for this spec object, as training left them or goes on with them.
 *
 *     const read = openPredictor(session, await loadModel('runs/lenet5'));
 *     const { answers } = await read(await readImage('digit.png', { channels: 1 }));
 */
export function openPredictor(session: Session, model: PredictedModel): Predictor {
  const { spec, weights, classes } = model;
  checkNamesClasses(spec, 'to name what a picture shows');
  channelsOf(model);
  if (weights !== undefined) checkWeights(spec, weights);
  const shape = imageShapeOf(spec);
  const isDistance = answersWithDistances(spec);
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  const program = scope.compile(inferenceGraph(spec, 1));
  if (weights !== undefined) restoreStates(scope, parameterNames(spec), weights);
  const close = (): void => {
    program.close();
    if (weights !== undefined) scope.free();
  };
  const { border = 0 } = spec.preprocessing;
  const [height, width, channels] = shape;
  const inner = [height - 2 * border, width - 2 * border, channels] as const;
  const predict = async (picture: Picture, options: PredictOptions = {}): Promise<Prediction> => {
    // A picture of the model's own size has its border already.
    const isWhole = picture.height === height && picture.width === width;
    const size = isWhole ? shape : inner;
    const prepared = prepareImage(picture, size, preparationOf(model, options));
    const { inverted, notes } = prepared;
    const pixels = isWhole ? prepared.pixels : surround(prepared.pixels, inner, border);
    const done = { inverted, notes, given: pixels };
    if (prepared.blank && readsWriting(model) && options.asIs !== true) {
      return {
        answers: [],
        distances: null,
        rejected: 'there is nothing to read',
        blank: true,
        ...done,
      };
    }
    const x = program.input('x') as Float32Array;
    fillBatch(
      { count: 1, images: pixels, labels: NO_LABEL },
      FIRST,
      spec.preprocessing,
      x,
      NO_LABEL,
    );
    program.run();
    const answers = Array.from(await program.output('probabilities'), (probability, i) => ({
      class: classes[i] ?? String(i),
      probability,
    }));
    answers.sort((a, b) => b.probability - a.probability);
    const distances = isDistance ? Array.from(await program.output('distances')) : null;
    return {
      answers: answers.slice(0, options.top ?? 3),
      distances,
      rejected: distances === null ? null : rejectionOf(distances, options),
      blank: false,
      ...done,
    };
  };
  return Object.assign(predict, { close });
}

/** Does the network read characters, written as MNIST's are: one channel, and classes of one character each? */
export function readsWriting({ spec, classes }: Pick<TrainedModel, 'spec' | 'classes'>): boolean {
  return spec.inputShape[2] === 1 && classes.every((name) => [...name].length === 1);
}

/** Ink is looked for where characters are read; any other picture is scaled whole. */
function preparationOf(
  model: PredictedModel,
  { asIs, invert, centre }: PredictOptions,
): PrepareOptions {
  if (asIs === true) return { invert: false, centre: false };
  return {
    ...(invert === undefined ? {} : { invert }),
    centre: centre ?? (readsWriting(model) ? 'auto' : false),
  };
}

function rejectionOf(
  distances: readonly number[],
  {
    rejectFar = Number.POSITIVE_INFINITY,
    rejectClose = 0,
  }: Pick<PredictOptions, 'rejectFar' | 'rejectClose'>,
): string | null {
  const [nearest, second] = [...distances].sort((a, b) => a - b);
  if (nearest > rejectFar) return `the nearest code is ${nearest.toFixed(2)} away`;
  if (second - nearest < rejectClose) {
    return `two codes are ${nearest.toFixed(2)} and ${second.toFixed(2)} away`;
  }
  return null;
}

const FIRST = Int32Array.of(0);
const NO_LABEL = new Int32Array(1);

/** 1 or 3: how a picture is to be read for this network. */
export function channelsOf({ spec }: Pick<TrainedModel, 'spec'>): 1 | 3 {
  const { length, 2: channels } = spec.inputShape;
  if (length === 3 && (channels === 1 || channels === 3)) return channels;
  throw new FoveaError({
    problem: `${spec.name} reads ${formatShape(spec.inputShape)}`,
    expected: 'a network that reads pictures (height, width, channels), gray (1) or in colour (3)',
  });
}
