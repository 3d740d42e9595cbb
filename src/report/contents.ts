/**
 * @file What a report on a run holds, gathered from its folder and from one evaluation of it.
 *
 * Next stop: `page.ts`, which writes it down.
 */
import { picturesOf } from '../data/pictures.ts';
import { layerShapes } from '../nn/shapes.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { StateValue } from '../nn/trained.ts';
import type { ReadableRun } from '../records/comparedRuns.ts';
import { mistakesSheet } from '../records/mistakes.ts';
import { type EvaluatedRun, evaluateTested } from '../runs/evaluateRun.ts';
import { type TestedRun, type TestRequest, withTestedRun } from '../runs/testedRun.ts';
import { type Look, openViewer } from '../train/prediction/look.ts';

/** A picture of the test set on its way through the network. */
export interface Shown {
  /** "test picture 17, a 4" */
  readonly title: string;
  readonly look: Look;
}

export interface ReportContents {
  readonly run: ReadableRun;
  readonly spec: ModelSpec;
  readonly measured: EvaluatedRun;
  /** PNG of the worst mistakes; null where none was made. */
  readonly sheet: Uint8Array | null;
  readonly shown: readonly Shown[];
  /** Of the first convolution, where there is one: (height, width, channels, filters). */
  readonly filters: { readonly layer: string; readonly kernel: StateValue } | null;
}

/** Of each of this many pictures the way through the network is shown. */
const LOOKS = 3;
const MISTAKES = 27;

export function gatherReport(run: ReadableRun, request: TestRequest): Promise<ReportContents> {
  return withTestedRun(request, async (tested) => {
    const { spec, weights, dataset, reading } = tested;
    const measured = await evaluateTested(tested, { mistakes: MISTAKES });
    const shape = imageShapeOf(spec);
    return {
      run,
      spec,
      measured,
      sheet: await mistakesSheet(dataset.test, measured.evaluation, { ...reading, shape }),
      shown: await looks(tested, measured),
      filters: filtersOf(spec, weights),
    };
  });
}

/** How many pictures are looked at to find some that are read rightly. */
const MOST_TRIED = 50;

/** The worst mistake, and the first pictures that are read rightly. */
async function looks(
  { spec, weights, dataset, reading, session }: TestedRun,
  { evaluation, nameOf }: EvaluatedRun,
): Promise<Shown[]> {
  const { mistakes, classes } = evaluation;
  const { test } = dataset;
  const shape = imageShapeOf(spec);
  const view = openViewer(session, { spec, weights, classes });
  const shown: Shown[] = [];
  const show = async (index: number, isMistake: boolean): Promise<void> => {
    const { images } = await picturesOf(test, [index], { ...reading, shape });
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

function filtersOf(spec: ModelSpec, weights: TestedRun['weights']): ReportContents['filters'] {
  const first = layerShapes(spec).find(({ spec: { kind } }) => kind === 'conv2d');
  const kernel = weights.get(`${first?.spec.name}/kernel`);
  return first === undefined || kernel === undefined ? null : { layer: first.spec.name, kernel };
}
