/**
 * @file One picture on its way through a network: the numbers of every layer, and what comes of them.
 *
 * Next stop: `../drawing/lookDrawing.ts`, which draws it.
 */
import type { Session } from '../../backends/backend.ts';
import { indexOfLargest, indexOfSmallest } from '../../base/largest.ts';
import type { Shape } from '../../base/shape.ts';
import { fillBatch } from '../../data/batches/batches.ts';
import { answersWithDistances, checkNamesClasses, rebuildsInput } from '../../nn/losses/answers.ts';
import { parameterNames, stagesGraph } from '../../nn/programs/programs.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { checkWeights } from '../checks.ts';
import { restoreStates, trainedScope } from '../snapshots/snapshot.ts';
import { layersGraph } from './batchPrediction.ts';
import type { PredictedModel } from './predict.ts';
import { pixelsOf, type Rebuilt, rebuiltOf } from './rebuilt.ts';

export interface Stage {
  readonly name: string;
  readonly kind: string;
  /** Of one image. */
  readonly shape: Shape;
  readonly values: Float32Array;
}

export interface Look {
  readonly model: string;
  readonly classes: readonly string[];
  /** (H, W, C), the input first as the bytes that went in; then every layer. */
  readonly stages: readonly Stage[];
  /** The picture as the first layer reads it: bytes made numbers by the model's preprocessing. */
  readonly input: Float32Array;
  /** Of each class. */
  readonly probabilities: readonly number[];
  /** Where the model answers with distances: of each class, and the codes they are measured from. */
  readonly distances: readonly number[] | null;
  readonly codes: readonly (readonly number[])[] | null;
  /** Index of the class that is nearest or most probable; -1 where it names none. */
  readonly answer: number;
  /** What an auto-encoder gives back, which names no class; null of other networks. */
  readonly rebuilt: Rebuilt | null;
}

/** Looks at picture after picture. */
export interface Viewer {
  /** `pixels`: (H, W, C) of the model's input, 0..255, border included. */
  (pixels: Uint8Array): Promise<Look>;
  /** Gives back the program's memory, and that of weights which came with the model. */
  close(): void;
}

/** `pixels`: (H, W, C) of the model's input, 0..255, border included. */
export async function lookAt(
  session: Session,
  model: TrainedModel,
  pixels: Uint8Array,
): Promise<Look> {
  const view = openViewer(session, model);
  try {
    return await view(pixels);
  } finally {
    view.close();
  }
}

/**
 * Compiles the network with all its layers' numbers as outputs, once. Weights that come with the model are the
 * viewer's own; without them it shows those that the session holds for this spec object, as training moves them.
 *
 *     const view = openViewer(session, { spec, classes });
 *     const { stages, answer } = await view(pixels);
 */
export function openViewer(session: Session, model: PredictedModel): Viewer {
  const { spec, weights, classes } = model;
  const rebuilds = rebuildsInput(spec);
  if (!rebuilds) checkNamesClasses(spec, 'to be looked at with a picture');
  if (weights !== undefined) checkWeights(spec, weights);
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  const names = spec.layers.map(({ name }) => name);
  const program = scope.compile(rebuilds ? layersGraph(spec, 1, names) : stagesGraph(spec));
  if (weights !== undefined) restoreStates(scope, parameterNames(spec), weights);
  const layers = layerShapes(spec);
  const last = spec.layers[spec.layers.length - 1];
  const isDistance = answersWithDistances(spec);
  const view = async (pixels: Uint8Array): Promise<Look> => {
    const one = { count: 1, images: pixels, labels: NO_LABEL };
    fillBatch(one, FIRST, spec.preprocessing, program.input('x') as Float32Array, NO_LABEL);
    const input = Float32Array.from(program.input('x') as Float32Array);
    program.run();
    const copyOf = async (name: string) => Float32Array.from(await program.output(name));
    const stages: Stage[] = [
      { name: 'input', kind: 'picture', shape: spec.inputShape, values: Float32Array.from(pixels) },
    ];
    for (const { spec: layer, outputShape } of layers) {
      const values = await copyOf(`stage/${layer.name}`);
      stages.push({ name: layer.name, kind: layer.kind, shape: outputShape, values });
    }
    const probabilities = rebuilds ? [] : Array.from(await copyOf('probabilities'));
    const distances = isDistance ? Array.from(await copyOf(`stage/${last.name}`)) : null;
    const codes = isDistance ? await scope.readState(`${last.name}/centers`) : undefined;
    const back = rebuilds ? pixelsOf(stages.at(-1)?.values ?? [], spec.preprocessing) : null;
    return {
      model: spec.name,
      classes: rebuilds ? [] : classes,
      stages,
      input,
      probabilities,
      distances,
      codes: codes === undefined ? null : rowsOf(codes, classes.length),
      answer: answerOf(probabilities, distances),
      rebuilt: back === null ? null : rebuiltOf(Uint8Array.from(pixels), back),
    };
  };
  const close = (): void => {
    program.close();
    if (weights !== undefined) scope.free();
  };
  return Object.assign(view, { close });
}

function answerOf(probabilities: readonly number[], distances: readonly number[] | null): number {
  if (distances !== null) return indexOfSmallest(distances);
  return probabilities.length === 0 ? -1 : indexOfLargest(probabilities);
}

const FIRST = Int32Array.of(0);
const NO_LABEL = new Int32Array(1);

function rowsOf(data: ArrayLike<number>, rows: number): number[][] {
  const all = Array.from(data);
  const width = all.length / rows;
  return Array.from({ length: rows }, (_, i) => all.slice(i * width, (i + 1) * width));
}
