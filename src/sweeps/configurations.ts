/**
 * @file From a sweep's specification to its configurations, and to the command line of each run.
 *
 * The same specification gives the same list, whoever makes it. Before: `sweepSpec.ts`. Next stop: `rungs.ts`.
 */
import { UsageError } from '../base/errors.ts';
import { RandomStream } from '../base/random.ts';
import { type Axis, isRange, valueAt } from './space.ts';
import { optionWords, type SweepSpec } from './sweepSpec.ts';

export interface Configuration {
  /** "001" */
  readonly id: string;
  /** Value of each axis, as words. */
  readonly settings: Readonly<Record<string, string>>;
}

/** More runs than this nobody waits for, and nobody reads. */
export const MOST_RUNS = 10_000;

export function configurationsOf(spec: SweepSpec): readonly Configuration[] {
  const { axes, random, seeds } = spec;
  const ranges = axes.filter(isRange);
  if (random === null && ranges.length > 0) {
    throw new UsageError({
      option: 'random',
      problem: `${ranges.map(({ name }) => name).join(', ')} has a range, of which there are no combinations`,
      expected: 'a number of draws, such as 20, or a list of values',
    });
  }
  const combinations = axes.reduce(
    (n, axis) => n * (isRange(axis) ? Infinity : axis.values.length),
    1,
  );
  const runs = Math.min(random ?? Infinity, combinations) * seeds.length;
  if (runs > MOST_RUNS) {
    throw new UsageError({
      option: random === null ? 'grid' : 'random',
      problem: `${runs.toLocaleString('en-US')} runs`,
      expected: `at most ${MOST_RUNS.toLocaleString('en-US')}`,
      ...(random === null ? { fix: 'draw some of the combinations at random' } : {}),
    });
  }
  const all =
    random === null || random >= combinations ? everyOne(axes) : drawn(axes, random, spec.seed);
  const digits = Math.max(3, String(all.length).length);
  return all.map((settings, i) => ({ id: String(i + 1).padStart(digits, '0'), settings }));
}

type Settings = Configuration['settings'];

/** The first axis moves slowest. */
function everyOne(axes: readonly Axis[]): Settings[] {
  return axes.reduce<Settings[]>(
    (all, axis) =>
      isRange(axis)
        ? all
        : all.flatMap((one) => axis.values.map((value) => ({ ...one, [axis.name]: value }))),
    [{}],
  );
}

/** Different ones, as long as a hundred draws in a row find one that is new. */
function drawn(axes: readonly Axis[], count: number, seed: number): Settings[] {
  const random = new RandomStream(seed, 'sweep');
  const found = new Map<string, Settings>();
  for (let inVain = 0; found.size < count && inVain < 100; ) {
    const one = Object.fromEntries(
      axes.map((axis) => [axis.name, valueAt(axis, random.uniform())]),
    );
    const key = JSON.stringify(one);
    inVain = found.has(key) ? inVain + 1 : 0;
    found.set(key, one);
  }
  return [...found.values()];
}

/**
 * What stands behind `fovea train` for a run: the model, then options. A setting with a dot in its name is one of the model:
 * "conv2d.filters" of a layer, "model.activation" of the model itself.
 */
export function trainWords(
  { model, words }: SweepSpec,
  { settings }: Configuration,
  seed: number,
): readonly string[] {
  const { model: searched = model, ...others } = settings;
  const all = Object.entries(others);
  const ofModel = all.filter(([name]) => name.includes('.'));
  const variant = ofModel.map(([name, value]) => `,${name.replace(/^model\./, '')}=${value}`);
  const options = all.filter(([name]) => !name.includes('.'));
  return [
    `${searched}${variant.join('')}`,
    ...words,
    ...options.flatMap(([name, value]) => optionWords(name, value)),
    '--seed',
    String(seed),
  ];
}
