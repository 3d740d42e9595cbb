/**
 * @file What a command line of `fovea sweep` asks for: a specification, checked whole before anything runs.
 *
 * A file says it, or the words do; a sweep that is there is gone on with by its name. Next stop: `trial.ts`.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import { type Configuration, configurationsOf, trainWords } from '../../sweeps/configurations.ts';
import { parseSpace } from '../../sweeps/space.ts';
import { SweepFolder } from '../../sweeps/sweepFolder.ts';
import {
  DEFAULT_HALVING,
  isSpecText,
  parseSpecFile,
  type SweepSpec,
  seedsOf,
} from '../../sweeps/sweepSpec.ts';
import { runFolderOf } from '../models.ts';
import { type CheckedTrial, checkTrial } from './trial.ts';

export interface SweepOptions {
  readonly grid?: string;
  readonly random?: number;
  readonly seeds?: readonly number[];
  readonly seed?: number;
  readonly halving?: true | number;
  readonly eta?: number;
  readonly judge?: 'accuracy' | 'loss';
  readonly jobs?: number;
  readonly name?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly array?: string | true;
  readonly cluster: 'auto' | 'mpi' | 'none';
  readonly json?: boolean;
}

export interface AskedSweep {
  readonly spec: SweepSpec;
  readonly folder: string;
}

/** Folder that sweeps are kept in. */
const SWEEPS = 'sweeps';

/** `what`: a specification, a model, or with --resume a sweep; `words`: what stands behind it and is `fovea train`'s. */
export async function askedSweep(
  what: string,
  words: readonly string[],
  options: SweepOptions,
): Promise<AskedSweep> {
  const isFile = existsSync(what) && statSync(what).isFile();
  const text = isFile ? readFileSync(what, 'utf8') : '';
  if (isFile && isSpecText(text)) {
    checkNothingElse(words, options);
    const spec = parseSpecFile(text, what);
    const named = path.basename(what).replace(/\.json$/, '');
    return { spec: withValidation(spec), folder: folderOf(options, named) };
  }
  if (options.grid !== undefined) {
    const spec = specOf(what, words, options.grid, options);
    return {
      spec: withValidation(spec),
      folder: folderOf(options, path.basename(what).replace(/[,=].*$/, '')),
    };
  }
  const folder = existsSync(path.join(SWEEPS, what)) ? path.join(SWEEPS, what) : what;
  if (options.resume === true && existsSync(folder)) {
    checkNothingElse(words, options);
    return { spec: await SweepFolder.specIn(folder), folder };
  }
  throw new UsageError({
    problem: options.resume === true ? `there is no sweep "${what}"` : 'nothing to search',
    expected:
      options.resume === true
        ? 'the name or the folder of a sweep that was begun'
        : 'a file that says what to search, or --grid "learning-rate=0.001,0.003 batch-size=64,128"',
  });
}

/** The folder of a sweep, by the same rules as that of a run. */
function folderOf({ name, out }: SweepOptions, fallback: string): string {
  const given = { ...(name === undefined ? {} : { name }), ...(out === undefined ? {} : { out }) };
  const folder = runFolderOf(given, fallback);
  return out === undefined ? path.join(SWEEPS, path.basename(folder)) : folder;
}

function specOf(
  model: string,
  words: readonly string[],
  grid: string,
  { random, seeds = [], seed = 0, halving, eta, judge }: SweepOptions,
): SweepSpec {
  if (eta !== undefined && halving === undefined) {
    throw new UsageError({
      option: 'eta',
      problem: 'nothing is halved',
      expected: 'to stand beside --halving',
    });
  }
  const from = typeof halving === 'number' ? halving : DEFAULT_HALVING.from;
  return {
    model,
    words,
    axes: parseSpace(grid),
    random: random ?? null,
    seeds: seedsOf(seeds, seed),
    seed,
    halving: halving === undefined ? null : { from, eta: eta ?? DEFAULT_HALVING.eta },
    judge: judge ?? null,
  };
}

/** A file or a sweep that is there says all of it. */
function checkNothingElse(words: readonly string[], options: SweepOptions): void {
  const names = ['grid', 'random', 'seeds', 'seed', 'halving', 'eta', 'judge'] as const;
  const said = [
    ...words,
    ...names.filter((name) => options[name] !== undefined).map((name) => `--${name}`),
  ];
  const [first] = said;
  if (first === undefined) return;
  throw new UsageError({
    problem: `received "${first}" beside a sweep that is described already`,
    expected: 'nothing but where it lies and how it runs: --name, --out, --jobs, --array, --resume',
  });
}

/** Sweeps judge by validation pictures: a tenth of the training pictures, where nobody says how many. */
function withValidation(spec: SweepSpec): SweepSpec {
  const isSaid = [...spec.words, ...spec.axes.map(({ name }) => `--${name}`)].some((word) =>
    /^--validation-split(=|$)/.test(word),
  );
  return isSaid ? spec : { ...spec, words: [...spec.words, '--validation-split', '0.1'] };
}

export interface CheckedSweep {
  readonly configurations: readonly Configuration[];
  /** Of all of them, with a shape that is read. */
  readonly data: ReadonlyMap<string, ImageShape>;
  /** Of each configuration, by its id. */
  readonly epochs: ReadonlyMap<string, number>;
}

/** Every run as training would check it; throws at the first that would be refused. */
export async function checkSweep(spec: SweepSpec): Promise<CheckedSweep> {
  checkOnce(spec);
  const configurations = configurationsOf(spec);
  const data = new Map<string, ImageShape>();
  const epochs = new Map<string, number>();
  for (const one of configurations) {
    const { settings, ...read } = await checked(spec, one);
    data.set(read.data, read.imageShape);
    epochs.set(one.id, settings.epochs);
    if (spec.judge === 'accuracy' && settings.target !== undefined) throw noAccuracy();
    if (settings.validationSplit === 0) {
      throw new UsageError({
        option: 'validationSplit',
        problem: 'no pictures are kept for validation',
        expected: 'a share above 0: what is best is not chosen by the test set',
      });
    }
  }
  return { configurations, data, epochs };
}

function noAccuracy(): UsageError {
  return new UsageError({
    option: 'judge',
    problem: 'a model that rebuilds its input has no accuracy',
    expected: 'loss',
  });
}

async function checked(spec: SweepSpec, one: Configuration): Promise<CheckedTrial> {
  const [seed = 0] = spec.seeds;
  try {
    return await checkTrial(trainWords(spec, one, seed));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const said = Object.entries(one.settings).map(([name, value]) => `${name}=${value}`);
    throw new UsageError({
      ...error.parts,
      problem: `${error.parts.problem} (with ${said.join(' ')})`,
    });
  }
}

/** An option that is searched and said too would be one of the two. */
function checkOnce({ axes, words }: SweepSpec): void {
  const twice = axes.find(({ name }) =>
    words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)),
  );
  const seed = axes.find(({ name }) => name === 'seed');
  if (twice === undefined && seed === undefined) return;
  throw new UsageError({
    option: twice === undefined ? 'seeds' : 'grid',
    problem:
      twice === undefined ? '"seed" is searched' : `"${twice.name}" is searched and said too`,
    expected: twice === undefined ? '--seeds, over which means are taken' : 'one of the two',
  });
}
