/**
 * @file Numbers that were measured at several strengths of something, called "WHAT/STRENGTH": names, tables, curves.
 */
import { drawCurves, shareRange } from '../../draw/curves.ts';
import type { Results, StudyFigure, StudyTable } from '../study.ts';
import { bySeed, formatSpread, intervalOf, type Unit } from './findings.ts';

export interface Strengths {
  /** Measured at each strength: "agreement/shift". */
  readonly what: string;
  readonly strengths: readonly number[];
  /** Conditions with their words. */
  readonly conditions: Readonly<Record<string, string>>;
}

export const atStrength = (what: string, strength: number): string => `${what}/${strength}`;

export function strengthTable(
  results: Pick<Results, 'trials'>,
  { what, strengths, conditions }: Strengths,
  {
    title,
    unit,
    cells,
    note,
  }: Pick<StudyTable, 'title' | 'note'> & {
    /** Head of the columns of strengths. */
    readonly cells: (strength: number) => string;
    readonly unit: Unit;
  },
): StudyTable {
  const rows = Object.entries(conditions).map(([condition, words]) => [
    words,
    ...strengths.map((strength) =>
      formatSpread(intervalOf(bySeed(results, condition, atStrength(what, strength))), unit),
    ),
  ]);
  return { title, head: ['', ...strengths.map(cells)], rows, note };
}

/** Means over seeds. */
export function strengthFigure(
  results: Pick<Results, 'trials'>,
  { what, strengths, conditions }: Strengths,
  {
    name,
    title,
    xLabel,
    yLabel,
    caption,
  }: Record<'name' | 'title' | 'xLabel' | 'yLabel' | 'caption', string>,
): StudyFigure {
  const series = Object.entries(conditions).map(([condition, words]) => ({
    name: words,
    points: strengths.map(
      (strength) =>
        [
          strength,
          intervalOf(bySeed(results, condition, atStrength(what, strength))).mean,
        ] as const,
    ),
  }));
  const svg = drawCurves(series, { title, xLabel, yLabel, yRange: shareRange(series) });
  return { name, svg, caption };
}
