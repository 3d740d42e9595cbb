/**
 * @file What a sweep is: a training, what of it is searched, and how. As a file says it, and as a sweep keeps it.
 *
 *   {
 *     "model": "lenet5",
 *     "options": { "data": "mnist", "epochs": 9 },
 *     "search": { "learning-rate": "1e-4..1e-1", "batch-size": [64, 128] },
 *     "random": 20, "seeds": 3, "halving": { "from": 1, "eta": 3 }
 *   }
 *
 * Options bear the names that they have on the command line. Next stop: `configurations.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError, UsageError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { axisOf, checkedSpace } from './space.ts';

const count = z.int().check(z.positive(), z.maximum(100_000));
const seed = z.int().check(z.nonnegative(), z.lt(2 ** 32));
const value = z.union([z.string(), z.number(), z.boolean()]);

const halving = z.strictObject({
  /** Epochs that every configuration gets. */
  from: z._default(count, 1),
  /** One of so many goes on, for so many times the epochs. */
  eta: z._default(z.int().check(z.minimum(2), z.maximum(100)), 3),
});

/** A file of a user's. */
const specFile = z.strictObject({
  model: z.string(),
  options: z._default(z.record(z.string(), value), {}),
  search: z.record(z.string(), z.union([z.string(), z.array(value)])),
  random: z.optional(count),
  seeds: z.optional(z.union([count, z.array(seed)])),
  seed: z._default(seed, 0),
  halving: z.optional(z.union([z.boolean(), halving])),
  judge: z.optional(z.enum(['accuracy', 'loss'])),
});

const axis = z.union([
  z.strictObject({ name: z.string(), values: z.readonly(z.array(z.string())) }),
  z.strictObject({
    name: z.string(),
    low: z.number(),
    high: z.number(),
    scale: z.enum(['linear', 'log']),
    isWhole: z.boolean(),
  }),
]);

export const sweepSpec = z.object({
  model: z.string(),
  /** Words of the command line that all runs have in common: ["--data", "mnist"]. */
  words: z.readonly(z.array(z.string())),
  axes: z.readonly(z.array(axis)),
  /** Configurations that are drawn; null: every combination. */
  random: z.nullable(z.int()),
  /** Of the runs of a configuration. */
  seeds: z.readonly(z.array(z.int())),
  /** Of the draws. */
  seed: z.int(),
  halving: z.nullable(z.object({ from: z.int(), eta: z.int() })),
  /** Which measure of the validation pictures says what is better; null: the accuracy, where there is one. */
  judge: z.nullable(z.enum(['accuracy', 'loss'])),
});

export type SweepSpec = z.output<typeof sweepSpec>;

export const DEFAULT_HALVING = { from: 1, eta: 3 };

/** Whether a text is the specification of a sweep and not of a model. */
export function isSpecText(text: string): boolean {
  try {
    const file = parseJson(text, { where: 'a file' });
    return typeof file === 'object' && file !== null && 'search' in file;
  } catch {
    return false;
  }
}

export function parseSpecFile(text: string, where: string): SweepSpec {
  const parsed = specFile.safeParse(parseJson(text, { where, expected: 'a sweep' }));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') || 'the file';
    const strange = issue?.code === 'unrecognized_keys' ? issue.keys : [];
    throw new FoveaError({
      where,
      problem:
        strange.length > 0
          ? `${place}: nothing is called ${strange.join(', ')}`
          : `${place}: ${issue?.message ?? 'unknown'}`,
      expected: 'model, options, search, random, seeds, seed, halving, judge (docs/sweep.md)',
    });
  }
  const { model, options, search, random, seeds = [], halving: halved, ...rest } = parsed.data;
  const axes = Object.entries(search).map(([name, said]) => axisOf(name, said));
  return {
    model,
    words: Object.entries(options).flatMap(([name, said]) => optionWords(name, String(said))),
    axes: checkedSpace(axes),
    random: random ?? null,
    seeds: seedsOf(typeof seeds === 'number' ? countTo(seeds) : seeds, rest.seed),
    seed: rest.seed,
    halving: halved === true ? DEFAULT_HALVING : halved === false ? null : (halved ?? null),
    judge: rest.judge ?? null,
  };
}

/** 3: 1, 2, 3 */
const countTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);

/** Seeds of the runs: those that are said, or the sweep's own. */
export function seedsOf(said: readonly number[], own: number): readonly number[] {
  if (new Set(said).size < said.length) {
    throw new UsageError({
      option: 'seeds',
      problem: 'a seed is said twice',
      expected: 'each once',
    });
  }
  return said.length === 0 ? [own] : said;
}

/** As a command line says it; a switch has no value, and one that is off is not said. */
export function optionWords(name: string, said: string): readonly string[] {
  const flag = `--${name.replace(/^--/, '')}`;
  if (said === 'true') return [flag];
  return said === 'false' ? [] : [flag, said];
}
