/**
 * @file What a report on an auto-encoder's run holds: the error of its test, and pictures that it was given beside what
 * it gave back.
 *
 * Next stop: `rebuiltPage.ts`. Before: `train/prediction/rebuilt.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { picturesOf } from '../data/pictures.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { ReadableRun } from '../records/comparedRuns.ts';
import type { Filters } from '../train/drawing/weightsDrawing.ts';
import type { Metrics } from '../train/measures.ts';
import { type Look, openViewer } from '../train/prediction/look.ts';
import { meanError, type Rebuilt, rebuild, rebuiltOf } from '../train/prediction/rebuilt.ts';
import { firstFilters, type OpenRun } from './contents.ts';

/** A test picture. */
export interface RebuiltPicture extends Rebuilt {
  /** Row of the test set. */
  readonly index: number;
}

export interface RebuiltContents {
  readonly run: ReadableRun;
  readonly spec: ModelSpec;
  /** Name of the data set, and its test pictures. */
  readonly dataset: string;
  readonly count: number;
  /** Of the whole test, in the numbers that the network reads. */
  readonly metrics: Metrics;
  /** The first test pictures that could be read, those worst first, and their mean errors in grey levels. */
  readonly pictures: readonly RebuiltPicture[];
  readonly error: number;
  /** What the mean of these pictures would be off by, given back for each. */
  readonly meanPictureError: number;
  readonly look: Look | null;
  readonly filters: Filters | null;
}

export interface RebuiltSource extends OpenRun {
  readonly metrics: Metrics;
}

/** Pictures that are looked at one by one. */
const MOST = 500;
const BATCH = 50;

export async function rebuiltContents(source: RebuiltSource): Promise<RebuiltContents> {
  const { run, spec, dataset, metrics } = source;
  const found = await rebuiltPictures(source);
  if (found.length === 0) {
    throw new FoveaError({
      problem: `none of the first ${MOST} test pictures of ${dataset.name} could be read`,
      expected: 'at least one',
    });
  }
  const mean = meanPicture(found.map(({ given }) => given));
  const average = (errors: readonly number[]): number =>
    errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return {
    ...{ run, spec, metrics, dataset: dataset.name, count: dataset.test.count },
    pictures: found.toSorted((a, b) => b.error - a.error || a.index - b.index),
    error: average(found.map(({ error }) => error)),
    meanPictureError: average(found.map(({ given }) => meanError(given, mean))),
    look: await lookOf(source, found[0]?.given),
    filters: await firstFilters(source),
  };
}

async function rebuiltPictures(source: RebuiltSource): Promise<RebuiltPicture[]> {
  const { spec, weights, dataset, reading, session } = source;
  const { test } = dataset;
  const shape = imageShapeOf(spec);
  const model = { spec, ...(weights === undefined ? {} : { weights }) };
  const found: RebuiltPicture[] = [];
  for (let from = 0; from < Math.min(test.count, MOST); from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, test.count - from) }, (_, i) => from + i);
    const read = await readable(
      rows,
      async (asked) => (await picturesOf(test, asked, { ...reading, shape })).images,
    );
    if (read.rows.length === 0) continue;
    const size = read.images.length / read.rows.length;
    const back = await rebuild(session, model, read.images);
    read.rows.forEach((index, i) => {
      const given = read.images.subarray(i * size, (i + 1) * size);
      found.push({ index, ...rebuiltOf(given, back[i] ?? given) });
    });
  }
  return found;
}

/** All at once; where one cannot be read, one by one without those. */
async function readable(
  rows: readonly number[],
  read: (rows: readonly number[]) => Promise<Uint8Array>,
): Promise<{ readonly rows: readonly number[]; readonly images: Uint8Array }> {
  try {
    return { rows, images: await read(rows) };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    if (rows.length === 1) return { rows: [], images: new Uint8Array(0) };
    const single = [];
    for (const row of rows) single.push(await readable([row], read));
    const images = Uint8Array.from(single.flatMap((one) => [...one.images]));
    return { rows: single.flatMap((one) => one.rows), images };
  }
}

function meanPicture(pictures: readonly Uint8Array[]): Float64Array {
  const mean = new Float64Array(pictures[0]?.length ?? 0);
  for (const picture of pictures) {
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (picture[i] ?? 0);
  }
  return mean.map((sum) => sum / pictures.length);
}

async function lookOf(
  { spec, weights, session }: RebuiltSource,
  picture: Uint8Array | undefined,
): Promise<Look | null> {
  if (picture === undefined) return null;
  const model = { spec, classes: [], ...(weights === undefined ? {} : { weights }) };
  const view = openViewer(session, model);
  try {
    return await view(picture);
  } finally {
    view.close();
  }
}
