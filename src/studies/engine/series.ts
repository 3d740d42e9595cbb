/**
 * @file Curves whose points are conditions of their own: accuracy against rates, sizes of batches, numbers of labels.
 *
 * Before: `findings.ts`; `strengths.ts`, where one trial measures all points of a curve.
 */
import { drawCurves } from '../../draw/curves.ts';
import type { Results, StudyFigure } from '../study.ts';
import { bySeed, intervalOf } from './findings.ts';

export interface Line {
  readonly name: string;
  /** Places on the x axis, with the condition that was measured there. */
  readonly points: readonly (readonly [x: number, condition: string])[];
}

export interface SeriesWords {
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly caption: string;
  readonly yRange?: readonly [number, number] | undefined;
}

/** Means over seeds of one number of each condition. */
export function seriesFigure(
  results: Pick<Results, 'trials'>,
  lines: readonly Line[],
  number: string,
  { name, caption, ...options }: SeriesWords,
): StudyFigure {
  const series = lines.map((line) => ({
    name: line.name,
    points: line.points.flatMap(([x, condition]) => {
      const { mean, count } = intervalOf(bySeed(results, condition, number));
      return count === 0 ? [] : [[x, mean] as const];
    }),
  }));
  return { name, caption, svg: drawCurves(series, options) };
}
