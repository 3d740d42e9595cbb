/**
 * @file What a trained network says of single pictures.
 *
 * Pictures are prepared as the training pictures were (size, light ink on dark, preprocessing), run one
 * by one, and answered with the most probable classes. Next stop: `reading.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import { fillPixels } from '../../data/batches/batches.ts';
import type { Picture } from '../../data/images/picture.ts';
import { answersWithDistances, checkNamesClasses } from '../../nn/losses/answers.ts';
import { inferenceGraph, parameterNames } from '../../nn/programs/programs.ts';
import { imageShapeOf } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { checkWeights } from '../checks.ts';
import { restoreStates, trainedScope } from '../snapshots/snapshot.ts';
import {
  type Prediction,
  type PredictOptions,
  predictionOf,
  prepareFor,
  type Reader,
} from './reading.ts';

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
  const { spec, weights } = model;
  checkNamesClasses(spec, 'to name what a picture shows');
  channelsOf(model);
  if (weights !== undefined) checkWeights(spec, weights);
  const isDistance = answersWithDistances(spec);
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  const program = scope.compile(inferenceGraph(spec, 1));
  if (weights !== undefined) restoreStates(scope, parameterNames(spec), weights);
  const close = (): void => {
    program.close();
    if (weights !== undefined) scope.free();
  };
  const reader = readerOf(model);
  const predict = async (picture: Picture, options: PredictOptions = {}): Promise<Prediction> => {
    const prepared = prepareFor(reader, picture, options);
    if (prepared.blank) return predictionOf(reader, prepared, null);
    const x = program.input('x') as Float32Array;
    fillPixels(prepared.pixels, 1, FIRST, spec.preprocessing, x);
    program.run();
    const probabilities = await program.output('probabilities');
    const distances = isDistance ? await program.output('distances') : null;
    return predictionOf(reader, prepared, { probabilities, distances }, options);
  };
  return Object.assign(predict, { close });
}

const FIRST = Int32Array.of(0);

/** What is to be known of the network to prepare its pictures. */
export function readerOf({ spec, classes }: Pick<TrainedModel, 'spec' | 'classes'>): Reader {
  return { shape: imageShapeOf(spec), preprocessing: spec.preprocessing, classes };
}

/** 1 or 3: how a picture is to be read for this network. */
export function channelsOf({ spec }: Pick<TrainedModel, 'spec'>): 1 | 3 {
  const { length, 2: channels } = spec.inputShape;
  if (length === 3 && (channels === 1 || channels === 3)) return channels;
  throw new FoveaError({
    problem: `${spec.name} reads ${formatShape(spec.inputShape)}`,
    expected: 'a network that reads pictures (height, width, channels), gray (1) or in colour (3)',
  });
}
