/**
 * @file A folder of MLflow's runs (`mlruns/`), to which a run is added.
 *
 * An experiment and a run take their place whole, so that MLflow and others that write there at once see all of one or none.
 * What is written later replaces a file in one step, or is one line behind the others. Nothing of others is touched. Before:
 * `interop/mlflow/layout.ts`. Next stop: `runLog.ts`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { FoveaError } from '../../base/errors.ts';
import {
  experimentNameIn,
  experimentYaml,
  type Measured,
  metricLine,
  metricLines,
  type RunMeta,
  runYaml,
} from '../../interop/mlflow/layout.ts';
import { isTemporary, writeError } from '../folder/wholeFile.ts';

const META = 'meta.yaml';
const FOLDERS = ['params', 'tags', 'metrics', 'artifacts'] as const;

/** The id of the experiment of a name, whoever made it; made where there is none. */
export async function openExperiment(root: string, name: string): Promise<string> {
  try {
    await fs.mkdir(root, { recursive: true });
    // MLflow makes this one with the folder, and takes it for granted.
    if ((await fs.readdir(root)).length === 0) await placeExperiment(root, '0', 'Default');
    const known = await experimentCalled(root, name);
    if (known !== undefined) return known;
    // The same for all who ask at once.
    const id = BigInt(`0x${digest(name).slice(0, 14)}`)
      .toString()
      .padStart(18, '1');
    await placeExperiment(root, id, name);
    return id;
  } catch (error) {
    throw error instanceof FoveaError ? error : writeError(root, error);
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The id of a run that began then: the same whenever it is gone on with. */
export const runIdOf = (name: string, startedAt: string): string =>
  digest(`${startedAt} ${name}`).slice(0, 32);

async function experimentCalled(root: string, name: string): Promise<string | undefined> {
  const ids = (await fs.readdir(root)).filter((id) => /^[A-Za-z0-9][\w-]*$/.test(id)).sort();
  for (const id of ids) {
    const text = await fs.readFile(path.join(root, id, META), 'utf8').catch(() => '');
    const isThere = /^lifecycle_stage: *['"]?active['"]?$/m.test(text);
    if (isThere && experimentNameIn(text) === name) return id;
  }
  return undefined;
}

async function placeExperiment(root: string, id: string, name: string): Promise<void> {
  const folder = path.join(root, id);
  const place = uriOf(folder);
  const text = experimentYaml({ id, name, place, made: Date.now() });
  await placed(folder, async (staged) => fs.writeFile(path.join(staged, META), text));
}

/** Makes a folder under another name, and gives it its own in one step; one that is there stays. */
async function placed(folder: string, fill: (staged: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const staged = path.join(
    path.dirname(folder),
    `.${path.basename(folder)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    await fs.mkdir(staged);
    await fill(staged);
    await fs.rename(staged, folder);
  } catch (error) {
    await fs.rm(staged, { recursive: true, force: true }).catch(() => undefined);
    // Somebody else was faster.
    if (!existsSync(folder)) throw error;
  }
}

const uriOf = (folder: string): string => pathToFileURL(path.resolve(folder)).href;

/** What is known of a run when it begins, by the names of files. */
export interface RunFacts {
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

type BegunRun = Omit<RunMeta, 'status' | 'ended' | 'place'>;

export class MlflowRun {
  readonly #folder: string;
  readonly #meta: BegunRun;

  private constructor(folder: string, meta: BegunRun) {
    this.#folder = folder;
    this.#meta = meta;
  }

  /** Makes it, or takes it up where it is there. */
  static async open(root: string, meta: BegunRun, facts: RunFacts): Promise<MlflowRun> {
    const folder = path.join(root, meta.experiment, meta.id);
    const run = new MlflowRun(folder, meta);
    try {
      await placed(folder, async (staged) => {
        for (const name of FOLDERS) await fs.mkdir(path.join(staged, name));
        await fs.writeFile(path.join(staged, META), run.#yaml('running', null));
      });
      await run.say('running');
      for (const name of await fs.readdir(folder)) {
        if (isTemporary(name)) await fs.rm(path.join(folder, name), { force: true });
      }
      for (const [name, text] of facts.params) await run.#put(path.join('params', name), text);
      for (const [name, text] of facts.tags) await run.#put(path.join('tags', name), text);
      return run;
    } catch (error) {
      throw error instanceof FoveaError ? error : writeError(folder, error);
    }
  }

  #in(...names: string[]): string {
    return path.join(this.#folder, ...names);
  }

  #yaml(status: RunMeta['status'], ended: number | null): string {
    return runYaml({ ...this.#meta, place: uriOf(this.#folder), status, ended });
  }

  async say(status: RunMeta['status']): Promise<void> {
    const ended = status === 'running' ? null : Date.now();
    await this.#put(META, this.#yaml(status, ended));
  }

  /** Takes back what was measured behind a step, and lines that a power cut left without their end. */
  async forget(after: number): Promise<void> {
    for (const metric of await fs.readdir(this.#in('metrics'))) {
      const text = await fs.readFile(this.#in('metrics', metric), 'utf8');
      const kept = metricLines(text).filter(({ step }) => step <= after);
      const whole = kept.map(metricLine).join('');
      // MLflow gives up on a metric without a line.
      if (whole === '') await fs.rm(this.#in('metrics', metric));
      else if (whole !== text) await this.#put(path.join('metrics', metric), whole);
    }
  }

  /** The steps at which a metric was measured. */
  async stepsOf(metric: string): Promise<ReadonlySet<number>> {
    const text = await fs.readFile(this.#in('metrics', metric), 'utf8').catch(() => '');
    return new Set(metricLines(text).map(({ step }) => step));
  }

  async add(metric: string, ...all: readonly Measured[]): Promise<void> {
    if (all.length === 0) return;
    const file = this.#in('metrics', metric);
    await fs.appendFile(file, all.map(metricLine).join('')).catch((error) => {
      throw writeError(file, error);
    });
  }

  /** A copy of a file, where it is there. */
  async keep(file: string): Promise<void> {
    const bytes = await fs.readFile(file).catch(() => undefined);
    if (bytes !== undefined) await this.#put(path.join('artifacts', path.basename(file)), bytes);
  }

  /** Whole, by way of a file that MLflow does not read. */
  async #put(name: string, data: string | Uint8Array): Promise<void> {
    const file = this.#in(name);
    const temporary = this.#in(`.put.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await fs.writeFile(temporary, data);
      await fs.rename(temporary, file);
    } catch (error) {
      await fs.rm(temporary, { force: true }).catch(() => undefined);
      throw writeError(file, error);
    }
  }
}
