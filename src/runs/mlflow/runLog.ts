/**
 * @file A run told to MLflow while it trains: settings as parameters, the numbers of each epoch as metrics.
 *
 *   step           the epoch, as in history.csv, whose names metrics bear
 *   artifacts      the small files of a run that is done: model.json, history.csv, mistakes.png, report.html
 *   tags           its name, who trained it, and the folder with weights and checkpoints
 *
 * A run that is gone on with goes on there, under the id that it had: epochs that are done again replace those before.
 * Before: `store.ts`. Next stop: `../telling.ts`, the door.
 */
import os from 'node:os';
import path from 'node:path';
import { fileNames, type Measured, parameterText } from '../../interop/mlflow/layout.ts';
import { testMetricsOf } from '../../records/finishRun.ts';
import type { PreparedRun, RunEvent } from '../../records/performRun.ts';
import { plainSettings } from '../../records/plainSettings.ts';
import { epochNumbers } from '../../train/historyCsv.ts';
import { namedMetrics } from '../../train/measures.ts';
import type { Progress } from '../../train/progress.ts';
import { type Listener, type Mlflow, mlflowFolder } from '../telling.ts';
import { MlflowRun, openExperiment, runIdOf } from './store.ts';

const ARTIFACTS = ['model.json', 'history.csv', 'mistakes.png', 'report.html'] as const;

export class MlflowLog implements Listener {
  readonly name = 'MLflow';
  readonly #run: PreparedRun;
  readonly #how: Mlflow;
  #told: MlflowRun | undefined;
  /** Of metrics, in the order in which they came. */
  readonly #names = new Set<string>();
  /** Live: where training stands. */
  #progress: Readonly<Progress> | undefined;
  #isOver = false;

  constructor(run: PreparedRun, how: Mlflow) {
    this.#run = run;
    this.#how = how;
  }

  get isOpen(): boolean {
    return this.#told !== undefined;
  }

  async take(event: RunEvent): Promise<void> {
    if (event.type === 'ready' || event.type === 'pretrain') return;
    if (event.type === 'start') {
      this.#progress = event.progress;
      return;
    }
    // A new run has its place from its first checkpoint on, which comes before the first step.
    this.#told ??= await this.#open();
    if (event.type === 'epoch') await this.#measure(epochNumbers(event), event.epoch);
    else if (event.type === 'done' && event.reason === 'stopped') await this.#end('killed');
    else if (event.type === 'result' || event.type === 'rebuilt') {
      const test = event.type === 'result' ? testMetricsOf(event.test) : event.test;
      const named = [...namedMetrics(test)].map(
        ([name, value]) => [`test_${name}`, value] as const,
      );
      // A test set that is watched was told of after each epoch.
      if (this.#run.record.settings.watchTest !== true)
        await this.#measure(new Map(named), event.keptEpoch);
      for (const name of ARTIFACTS) await this.#told.keep(this.#run.run.file(name));
      await this.#end('finished');
    }
  }

  async #open(): Promise<MlflowRun> {
    const { record, run } = this.#run;
    const root = mlflowFolder(this.#how);
    const name = path.basename(run.path);
    const settings = Object.entries(plainSettings(record));
    const files = fileNames(settings.map(([setting]) => setting));
    const params = new Map(
      settings.map(([setting, value]) => [files.get(setting) ?? setting, parameterText(value)]),
    );
    const user = userName();
    const tags = new Map([
      ['mlflow.runName', name],
      ['mlflow.user', user],
      ['mlflow.source.name', 'fovea'],
      ['mlflow.source.type', 'LOCAL'],
      ['fovea.folder', path.resolve(run.path)],
    ]);
    const meta = {
      id: runIdOf(name, record.startedAt),
      name,
      experiment: await openExperiment(root, this.#how.experiment ?? record.model),
      user,
      began: Date.parse(record.startedAt),
    };
    const told = await MlflowRun.open(root, meta, { params, tags });
    await this.#catchUp(told);
    return told;
  }

  /** What was told of epochs that are done again goes; epochs that were not told of come. */
  async #catchUp(told: MlflowRun): Promise<void> {
    const { history = [], epoch: done = 0 } = this.#progress ?? {};
    await told.forget(done);
    const all = new Map<string, Measured[]>();
    for (const epoch of history) {
      for (const [file, value] of this.#filesOf(epochNumbers(epoch))) {
        const one = { at: Date.now(), value, step: epoch.epoch };
        all.set(file, [...(all.get(file) ?? []), one]);
      }
    }
    for (const [file, measured] of all) {
      const steps = await told.stepsOf(file);
      await told.add(file, ...measured.filter(({ step }) => !steps.has(step)));
    }
  }

  /** Numbers by the files of their metrics. */
  #filesOf(named: ReadonlyMap<string, number>): Map<string, number> {
    for (const name of named.keys()) this.#names.add(name);
    const files = fileNames([...this.#names]);
    return new Map([...named].map(([name, value]) => [files.get(name) ?? name, value]));
  }

  async #measure(named: ReadonlyMap<string, number>, step: number): Promise<void> {
    const at = Date.now();
    const files = [...this.#filesOf(named)];
    await Promise.all(files.map(([file, value]) => this.#told?.add(file, { at, value, step })));
  }

  async #end(status: 'finished' | 'killed' | 'failed'): Promise<void> {
    this.#isOver = true;
    await this.#told?.say(status);
  }

  async fail(): Promise<void> {
    await this.#end('failed').catch(() => undefined);
  }

  /** Whoever stops asking for events stops the run. */
  async close(): Promise<void> {
    if (!this.#isOver) await this.#end('killed');
  }
}

/** Accounts without a name have a number. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'unknown';
  }
}
