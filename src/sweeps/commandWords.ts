/**
 * @file A sweep as the words of a command line that begins it anew.
 *
 * Before: `sweepSpec.ts`; `space.ts` reads the search back.
 */
import { type Axis, isRange } from './space.ts';
import type { SweepSpec } from './sweepSpec.ts';

/** What stands behind "fovea sweep"; undefined where words cannot say it: one seed that is not that of the draws. */
export function commandWords(spec: SweepSpec): readonly string[] | undefined {
  const { model, words, axes, random, seeds, seed, halving, judge } = spec;
  const isOwnSeed = seeds.length === 1 && seeds[0] === seed;
  const isCount = seeds.every((one, i) => one === i + 1);
  if (seeds.length === 1 && !isOwnSeed && !isCount) return undefined;
  const option = (name: string, value: string | number | null): string[] =>
    value === null ? [] : [`--${name}`, String(value)];
  return [
    model,
    ...words,
    ...option('grid', axes.map(axisWords).join(' ')),
    ...option('random', random),
    ...option('seeds', isOwnSeed ? null : isCount ? seeds.length : seeds.join(',')),
    ...option('seed', seed === 0 ? null : seed),
    ...option('halving', halving?.from ?? null),
    ...option('eta', halving?.eta ?? null),
    ...option('judge', judge),
  ];
}

/** As `parseSpace` reads it. */
function axisWords(axis: Axis): string {
  const { name } = axis;
  if (!isRange(axis)) {
    const hasCommas = axis.values.some((value) => value.includes(','));
    if (!hasCommas) return `${name}=${axis.values.join(',')}`;
    return `${name}=${axis.values.join('|')}${axis.values.length === 1 ? '|' : ''}`;
  }
  const { low, high, scale, isWhole } = axis;
  // Ends without a point would be drawn as whole numbers.
  const first = !isWhole && Number.isInteger(low) ? low.toFixed(1) : String(low);
  return `${name}=${first}..${high}:${scale}`;
}
