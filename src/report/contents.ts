/**
 * @file What a report on a run holds, gathered from its folder and from one evaluation of it.
 *
 * Next stop: `page.ts`, which writes it down.
 */
import type { Session } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import type { Reading } from '../data/batches/batchSource.ts';
import { picturesOf } from '../data/pictures.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { parametersOf } from '../nn/network.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import type { ReadableRun } from '../records/comparedRuns.ts';
import { mistakesSheet } from '../records/mistakes.ts';
import { type Filters, filtersIn } from '../train/drawing/weightsDrawing.ts';
import type { Evaluation } from '../train/evaluation/classification.ts';
import { type Look, openViewer } from '../train/prediction/look.ts';

/** A picture of the test set on its way through the network. */
export interface Shown {
  /** "test picture 17, a 4" */
  readonly title: string;
  readonly look: Look;
}

/** What an evaluation of the run found. */
export interface Measured {
  readonly evaluation: Evaluation;
  readonly insights: readonly string[];
  /** Name of the data set. */
  readonly dataset: string;
  /** The file of a test picture; undefined where pictures have no files. */
  nameOf(index: number): string | undefined;
}

export interface ReportContents {
  readonly run: ReadableRun;
  readonly spec: ModelSpec;
  readonly measured: Measured;
  /** PNG of the worst mistakes; null where none was made. */
  readonly sheet: Uint8Array | null;
  readonly shown: readonly Shown[];
  /** Of the first layer that has any. */
  readonly filters: Filters | null;
}

/** A run that is open. */
export interface OpenRun {
  readonly run: ReadableRun;
  readonly spec: ModelSpec;
  readonly dataset: AnyDataset;
  readonly reading: Reading;
  readonly session: Session;
  /** Absent: those that the session holds for the spec object. */
  readonly weights?: TrainedModel['weights'] | undefined;
}

/** And what was found of it. */
export interface ReportSource extends OpenRun {
  readonly measured: Measured;
}

/** Of each of this many pictures the way through the network is shown. */
const LOOKS = 3;
export const MISTAKES = 27;

export async function contentsOf(source: ReportSource): Promise<ReportContents> {
  const { run, spec, dataset, reading, measured } = source;
  const mistakes = measured.evaluation.mistakes.slice(0, MISTAKES);
  const evaluation = { ...measured.evaluation, mistakes };
  const shape = imageShapeOf(spec);
  return {
    ...{ run, spec },
    measured: { ...measured, evaluation },
    sheet: await mistakesSheet(dataset.test, evaluation, { ...reading, shape }),
    shown: await looks(source),
    filters: await firstFilters(source),
  };
}

/** How many pictures are looked at to find some that are read rightly. */
const MOST_TRIED = 50;

/** The worst mistake, and the first pictures that are read rightly. */
async function looks({
  spec,
  weights,
  dataset,
  reading,
  session,
  measured: { evaluation, nameOf },
}: ReportSource): Promise<Shown[]> {
  const { mistakes, classes } = evaluation;
  const { test } = dataset;
  const shape = imageShapeOf(spec);
  const view = openViewer(session, {
    ...{ spec, classes },
    ...(weights === undefined ? {} : { weights }),
  });
  const shown: Shown[] = [];
  /** Null where it cannot be read, and was left out of the evaluation. */
  const pictureAt = async (index: number): Promise<Uint8Array | null> => {
    try {
      return (await picturesOf(test, [index], { ...reading, shape })).images;
    } catch (error) {
      if (error instanceof FoveaError) return null;
      throw error;
    }
  };
  const show = async (index: number, isMistake: boolean): Promise<void> => {
    const images = await pictureAt(index);
    if (images === null) return;
    const look = await view(images);
    const label = test.labels[index] ?? -1;
    if (!isMistake && look.answer !== label) return;
    const name = nameOf(index) ?? `test picture ${index}`;
    const read = isMistake ? `, read as ${classes[look.answer] ?? ''}` : '';
    shown.push({ title: `${name}: ${classes[label] ?? ''}${read}`, look });
  };
  try {
    const [worst] = mistakes;
    if (worst !== undefined) await show(worst.index, true);
    for (let i = 0; i < Math.min(test.count, MOST_TRIED) && shown.length < LOOKS; i++) {
      await show(i, false);
    }
  } finally {
    view.close();
  }
  return shown;
}

/** Of the first layer that has any. */
export async function firstFilters({
  spec,
  weights,
  session,
}: Pick<ReportSource, 'spec' | 'weights' | 'session'>): Promise<Filters | null> {
  for (const { name, shape } of parametersOf(spec)) {
    if (!name.endsWith('/kernel')) continue;
    const kernel = weights?.get(name) ?? {
      shape,
      data: await session.scopeOf(spec).readState(name),
    };
    return filtersIn(spec, new Map([[name, kernel]]))[0] ?? null;
  }
  return null;
}
