/**
 * @file One picture on its way through a network: the numbers of every layer, and what comes of them.
 *
 * Next stop: `lookDrawing.ts`, which draws it.
 */
import type { Session } from '../../backends/backend.ts';
import { indexOfLargest, indexOfSmallest } from '../../base/largest.ts';
import type { Shape } from '../../base/shape.ts';
import { fillBatch } from '../../data/batches/batches.ts';
import { answersWithDistances, checkNamesClasses } from '../../nn/losses/answers.ts';
import { parameterNames, stagesGraph } from '../../nn/programs/programs.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { restoreStates } from '../snapshots/snapshot.ts';

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
  /** Of each class. */
  readonly probabilities: readonly number[];
  /** Where the model answers with distances: of each class, and the codes they are measured from. */
  readonly distances: readonly number[] | null;
  readonly codes: readonly (readonly number[])[] | null;
  /** Index of the class that is nearest or most probable. */
  readonly answer: number;
}

/** `pixels`: (H, W, C) of the model's input, 0..255, border included. */
export async function lookAt(
  session: Session,
  { spec, weights, classes }: TrainedModel,
  pixels: Uint8Array,
): Promise<Look> {
  checkNamesClasses(spec, 'to be looked at with a picture');
  const values = await outputsOf(session, { spec, weights }, pixels);
  const stages: Stage[] = [
    { name: 'input', kind: 'picture', shape: spec.inputShape, values: Float32Array.from(pixels) },
    ...layerShapes(spec).map(({ spec: { name, kind }, outputShape }) => ({
      name,
      kind,
      shape: outputShape,
      values: values[`stage/${name}`],
    })),
  ];
  const probabilities = Array.from(values.probabilities);
  const last = spec.layers[spec.layers.length - 1];
  const isDistance = answersWithDistances(spec);
  const distances = isDistance ? Array.from(values[`stage/${last.name}`]) : null;
  return {
    model: spec.name,
    classes,
    stages,
    probabilities,
    distances,
    codes: isDistance ? rowsOf(weights.get(`${last.name}/centers`)?.data, classes.length) : null,
    answer: distances === null ? indexOfLargest(probabilities) : indexOfSmallest(distances),
  };
}

/** Runs the picture through a program that is closed again; every output, copied out. */
async function outputsOf(
  session: Session,
  { spec, weights }: Pick<TrainedModel, 'spec' | 'weights'>,
  pixels: Uint8Array,
): Promise<Readonly<Record<string, Float32Array>>> {
  const scope = session.scopeOf();
  try {
    const graph = stagesGraph(spec);
    const program = scope.compile(graph);
    restoreStates(scope, parameterNames(spec), weights);
    const one = { count: 1, images: pixels, labels: NO_LABEL };
    fillBatch(one, FIRST, spec.preprocessing, program.input('x') as Float32Array, NO_LABEL);
    program.run();
    const values: Record<string, Float32Array> = {};
    for (const name of Object.keys(graph.outputs))
      values[name] = Float32Array.from(await program.output(name));
    return values;
  } finally {
    scope.free();
  }
}

const FIRST = Int32Array.of(0);
const NO_LABEL = new Int32Array(1);

function rowsOf(data: ArrayLike<number> | undefined, rows: number): number[][] {
  const all = Array.from(data ?? []);
  const width = all.length / rows;
  return Array.from({ length: rows }, (_, i) => all.slice(i * width, (i + 1) * width));
}
