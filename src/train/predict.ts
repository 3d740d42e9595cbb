/**
 * @file What a trained network says of single pictures.
 *
 * Pictures are prepared as the training pictures were (size, light ink on dark, preprocessing), run one
 * by one, and answered with the most probable classes. Next stop: `data/images/prepare.ts`.
 */
import type { Session } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { fillBatch } from '../data/batches.ts';
import { surround } from '../data/dataset.ts';
import type { Picture } from '../data/images/picture.ts';
import { type PrepareOptions, prepareImage } from '../data/images/prepare.ts';
import { inferenceGraph } from '../nn/programs.ts';
import type { TrainedModel } from './modelFiles.ts';
import { restoreStates } from './snapshot.ts';

export interface Answer {
  readonly class: string;
  readonly probability: number;
}

export interface Prediction {
  /** Most probable first. */
  readonly answers: readonly Answer[];
  readonly inverted: boolean;
  /** What was done to the picture, in words. */
  readonly notes: readonly string[];
}

export interface PredictOptions extends PrepareOptions {
  /** How many classes to name; default 3. */
  readonly top?: number;
}

/** Compiles the network once; the function it gives reads picture after picture. */
export function openPredictor(
  session: Session,
  { spec, weights, classes }: TrainedModel,
): (picture: Picture, options?: PredictOptions) => Prediction {
  const shape = imageShapeOf(spec.inputShape);
  const program = session.compile(inferenceGraph(spec, 1));
  restoreStates(session, weights);
  const { border = 0 } = spec.preprocessing;
  const [height, width, channels] = shape;
  const inner = [height - 2 * border, width - 2 * border, channels] as const;
  return (picture, options = {}) => {
    const prepared = prepareImage(picture, inner, options);
    const { inverted, notes } = prepared;
    const pixels = surround(prepared.pixels, inner, border);
    const x = program.input('x') as Float32Array;
    fillBatch(
      { count: 1, images: pixels, labels: NO_LABEL },
      FIRST,
      spec.preprocessing,
      x,
      NO_LABEL,
    );
    program.run();
    const answers = Array.from(program.output('probabilities'), (probability, i) => ({
      class: classes[i] ?? String(i),
      probability,
    }));
    answers.sort((a, b) => b.probability - a.probability);
    return { answers: answers.slice(0, options.top ?? 3), inverted, notes };
  };
}

const FIRST = Int32Array.of(0);
const NO_LABEL = new Int32Array(1);

/** 1 or 3: how a picture is to be read for this network. */
export function channelsOf({ spec }: Pick<TrainedModel, 'spec'>): 1 | 3 {
  const [, , channels] = imageShapeOf(spec.inputShape);
  if (channels === 1 || channels === 3) return channels;
  throw new FoveaError({
    problem: `${spec.name} reads pictures of ${channels} channels`,
    expected: 'a network for gray (1) or colour (3) pictures',
  });
}

function imageShapeOf(shape: readonly number[]): readonly [number, number, number] {
  if (shape.length === 3) return [shape[0], shape[1], shape[2]];
  throw new FoveaError({
    problem: `the network reads ${formatShape(shape)}`,
    expected: 'a network that reads pictures (height, width, channels)',
  });
}
