/**
 * @file The pictures that excite a unit most: of each unit of a layer, those on which it is largest, and where on them.
 *
 *     const { units } = await exciting(session, model, test, 'conv2d', { most: 9 });
 *
 * A unit of a layer of maps is a map, at the place where it is largest; the part of the picture that it sees there
 * follows from the spec. The data are gone through once and only what is kept is kept.
 * Next stop: `../drawing/excitesDrawing.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import type { Pair } from '../../base/window.ts';
import type { Reading } from '../../data/batches/batchSource.ts';
import type { AnySplit } from '../../data/streamed.ts';
import { type Stretch, seenBy } from '../../nn/accounting/seen.ts';
import { type LayerSummary, summarize } from '../../nn/accounting/summary.ts';
import { checkOneInOneOut, imageShapeOf } from '../../nn/spec.ts';
import { fittedSplit } from '../checks.ts';
import { openEvaluationBatches } from '../evaluation/evaluate.ts';
import { runBatches } from '../evaluation/runBatches.ts';
import { Feed } from '../feed.ts';
import { trainedScope } from '../snapshots/snapshot.ts';
import { layersGraph, type RunnableModel, restoreKnown } from './batchPrediction.ts';

/** One picture of the data and what a unit makes of it. */
export interface Excitation {
  /** Row of the data. */
  readonly index: number;
  readonly value: number;
  /** (row, column) of the map; null where the unit is a single number. */
  readonly place: Pair | null;
  /** Rows and columns of the model's input that the unit sees there. */
  readonly seen: readonly [Stretch, Stretch];
}

export interface ExcitedUnit {
  readonly unit: number;
  /** The largest first; of equals the earlier picture. */
  readonly pictures: readonly Excitation[];
  /** Whether it was the same on every picture, everywhere. */
  readonly isConstant: boolean;
}

export interface Excited {
  readonly layer: string;
  readonly kind: string;
  /** Of one picture. */
  readonly shape: Shape;
  readonly units: readonly ExcitedUnit[];
  /** Pictures that were shown. */
  readonly count: number;
}

export interface ExcitingOptions {
  /** Default: the first 16. */
  readonly units?: readonly number[] | undefined;
  /** Pictures kept of each unit; default 9. */
  readonly most?: number | undefined;
  readonly reading?: Reading | undefined;
  /** Rows per run of the program; default 256. No influence on the results. */
  readonly batchSize?: number | undefined;
}

const UNITS = 16;
const MOST = 9;

export async function exciting(
  session: Session,
  { spec, weights }: RunnableModel,
  split: AnySplit,
  layer: string,
  { units: asked, most = MOST, reading, batchSize }: ExcitingOptions = {},
): Promise<Excited> {
  checkOneInOneOut(spec, 'that reads one picture');
  const shape = imageShapeOf(spec);
  const about = { imageShape: reading?.stored };
  const rows = fittedSplit(spec, split, about, reading?.augmentation).split;
  const source = await openEvaluationBatches(spec, rows, reading, batchSize);
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  try {
    const graph = layersGraph(spec, source.batchSize, [layer]);
    const summary = summaryOf(summarize(spec).layers, layer);
    const keepers = unitsOf(summary, asked).map((unit) => new Keeper(unit, most));
    const program = scope.compile(graph);
    try {
      if (weights !== undefined) restoreKnown(scope, spec, weights);
      await runBatches({ feed: new Feed(graph, program, spec) }, source, 0, async (indices) => {
        const values = await program.output(`stage/${layer}`);
        const numbers = values.length / source.batchSize;
        const channels = summary.outputShape.at(-1) ?? 1;
        indices.forEach((row, n) => {
          if (source.unreadable.has(row)) return;
          const own = values.subarray(n * numbers, (n + 1) * numbers);
          for (const keeper of keepers) keeper.see(row, own, channels);
        });
      });
    } finally {
      program.close();
    }
    return {
      layer,
      kind: summary.kind,
      shape: summary.outputShape,
      units: keepers.map((keeper) => keeper.found((at) => placed(summary, at, shape))),
      count: source.count - source.unreadable.size,
    };
  } finally {
    await source.close();
    if (weights !== undefined) scope.free();
  }
}

/** `stagesGraph` has refused a name that is none. */
function summaryOf(layers: readonly LayerSummary[], name: string): LayerSummary {
  const found = layers.find((layer) => layer.name === name);
  if (found !== undefined) return found;
  throw new FoveaError({ problem: `no layer "${name}"`, expected: 'one of the model' });
}

function unitsOf(
  { name, outputShape }: LayerSummary,
  asked: readonly number[] | undefined,
): readonly number[] {
  const count = outputShape.at(-1) ?? 1;
  const units = asked ?? Array.from({ length: Math.min(UNITS, count) }, (_, unit) => unit);
  const stranger = units.find((unit) => !Number.isInteger(unit) || unit < 0 || unit >= count);
  if (stranger === undefined) return units;
  throw new FoveaError({
    problem: `received unit ${stranger} of ${name}`,
    expected: `whole numbers from 0 to ${count - 1}`,
  });
}

/** Where in a layer's numbers the largest lies, and what is seen there. */
function placed(
  { outputShape, receptiveField }: LayerSummary,
  position: number,
  picture: Shape,
): Pick<Excitation, 'place' | 'seen'> {
  const [, width = 1] = outputShape;
  const isMap = outputShape.length === 3;
  const place: Pair = [Math.floor(position / width), position % width];
  const whole = (n: number): Stretch => ({ start: 0, end: n, first: 0, beyond: n });
  const [height = 1, across = 1] = picture;
  const seen =
    isMap && receptiveField !== null
      ? seenBy(receptiveField, place, picture)
      : ([whole(height), whole(across)] as const);
  return { place: isMap ? place : null, seen };
}

interface Kept {
  readonly index: number;
  readonly value: number;
  /** Which of the unit's numbers. */
  readonly position: number;
}

/** Keeps the pictures on which one unit is largest. */
class Keeper {
  readonly #unit: number;
  readonly #most: number;
  readonly #kept: Kept[] = [];
  #least = Number.POSITIVE_INFINITY;
  #largest = Number.NEGATIVE_INFINITY;

  constructor(unit: number, most: number) {
    this.#unit = unit;
    this.#most = most;
  }

  /** `values`: (places, channels) of one picture. */
  see(index: number, values: ArrayLike<number>, channels: number): void {
    let [value, position] = [Number.NEGATIVE_INFINITY, 0];
    for (let at = this.#unit, place = 0; at < values.length; at += channels, place++) {
      const own = values[at];
      if (own > value) [value, position] = [own, place];
      if (own < this.#least) this.#least = own;
    }
    if (value > this.#largest) this.#largest = value;
    const last = this.#kept[this.#most - 1];
    if (last !== undefined && value <= last.value) return;
    const before = this.#kept.findIndex((kept) => kept.value < value);
    this.#kept.splice(before < 0 ? this.#kept.length : before, 0, { index, value, position });
    this.#kept.length = Math.min(this.#kept.length, this.#most);
  }

  found(placedAt: (position: number) => Pick<Excitation, 'place' | 'seen'>): ExcitedUnit {
    return {
      unit: this.#unit,
      pictures: this.#kept.map(({ index, value, position }) => {
        return { index, value, ...placedAt(position) };
      }),
      isConstant: this.#least >= this.#largest,
    };
  }
}
