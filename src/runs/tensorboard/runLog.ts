/**
 * @file A run told to TensorBoard while it trains: the events of training pass through and leave event files.
 *
 *   FOLDER/                settings, for the table of hyperparameters
 *   FOLDER/train/          the graph, pictures, weights, gradients, and numbers of training
 *   FOLDER/validation/     numbers of the validation split
 *   FOLDER/test/           and of the test set
 *
 * Before: `runEvents.ts`. Next stop: `../telling.ts`, the door.
 */
import path from 'node:path';
import { RandomStream } from '../../base/random.ts';
import { validationSplit } from '../../data/batches/batches.ts';
import { picturesOf } from '../../data/pictures.ts';
import {
  graphEvent,
  histogram,
  image,
  type Moment,
  type SummaryValue,
  startEvent,
  summaryEvent,
} from '../../interop/tensorboard/events.ts';
import { graphDefOf } from '../../interop/tensorboard/graph.ts';
import { endOfSession, startOfSession } from '../../interop/tensorboard/hparams.ts';
import { parameterNames } from '../../nn/programs/programs.ts';
import { imageShapeOf } from '../../nn/spec.ts';
import { testMetricsOf } from '../../records/finishRun.ts';
import type { PreparedRun, RunEvent } from '../../records/performRun.ts';
import { plainSettings } from '../../records/plainSettings.ts';
import { fitSettingsOf } from '../../records/settings.ts';
import type { FitEvent } from '../../train/events.ts';
import { type GradientProbe, openGradientProbe } from '../../train/gradientProbe.ts';
import type { Progress } from '../../train/progress.ts';
import type { Listener, TensorBoard } from '../telling.ts';
import { EventFile } from './eventFile.ts';
import { type FirstFilters, firstFiltersOf } from './filters.ts';
import { pngOf } from './png.ts';
import {
  batchValues,
  epochValues,
  metricsToCompare,
  metricValues,
  pictureValue,
  standingOf,
} from './runEvents.ts';

/** Training pictures that are shown, and those whose gradients are taken. */
const [SHOWN, PROBED] = [24, 32];

type Part = 'train' | 'validation' | 'test';

export class TensorBoardLog implements Listener {
  readonly name = 'TensorBoard';
  readonly #run: PreparedRun;
  readonly #folder: string;
  readonly #files = new Map<Part | '', EventFile>();
  readonly #filters: ReturnType<typeof firstFiltersOf>;
  #gradients: GradientProbe | undefined;
  /** Live: where training stands. */
  #progress: Readonly<Progress> | undefined;
  #told: ReturnType<typeof standingOf> | undefined;
  #isOpen = false;
  readonly #most: number;
  /** Milliseconds: of the clock when training began, of all looks inside since then, of the last one. */
  #began = 0;
  #spent = 0;
  #cost = 0;
  /** The step at which the last look was taken. */
  #lookedAt = -1;

  constructor(run: PreparedRun, { folder, insides = 0.005 }: TensorBoard) {
    const { path: own } = run.run;
    const place = folder === undefined ? [own, 'tensorboard'] : [folder, path.basename(own)];
    this.#run = run;
    this.#folder = path.join(...place);
    this.#most = insides;
    this.#filters = firstFiltersOf(run.spec);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async take(event: RunEvent): Promise<void> {
    if (event.type === 'start') {
      this.#progress = event.progress;
      this.#told = standingOf(event.progress);
    } else if (event.type === 'result' || event.type === 'rebuilt') {
      const { keptEpoch } = event;
      const test = event.type === 'result' ? testMetricsOf(event.test) : event.test;
      // A test set that is watched was told of after each epoch.
      if (this.#run.record.settings.watchTest !== true)
        await this.#tell('test', metricValues('epoch', test), keptEpoch);
      await this.#tell('', endOfSession(true, Date.now() / 1000), keptEpoch);
    } else if (this.#progress !== undefined && event.type !== 'ready' && event.type !== 'pretrain')
      await this.#takeTraining(event, this.#progress);
  }

  async #takeTraining(event: FitEvent, progress: Readonly<Progress>): Promise<void> {
    // A new run has its place from its first checkpoint on, which comes before the first step.
    if (!this.#isOpen) await this.#open(this.#told?.step ?? 0, progress);
    if (event.type === 'batch' && this.#told !== undefined) {
      const now = standingOf(progress);
      const values = batchValues(this.#told, now, event.learningRate);
      const file = await this.#file('train');
      file.putOff(summaryEvent(momentAt(now.step), values));
      this.#told = now;
    } else if (event.type === 'epoch') {
      const { epoch, validation, test } = event;
      await this.#tell('train', epochValues(event), epoch);
      if (validation !== null)
        await this.#tell('validation', metricValues('epoch', validation), epoch);
      if (test !== undefined) await this.#tell('test', metricValues('epoch', test), epoch);
      const passed = performance.now() - this.#began;
      if (this.#spent + this.#cost <= this.#most * passed) await this.#look(progress.step);
    } else if (event.type === 'done') {
      if (this.#lookedAt !== progress.step) await this.#look(progress.step);
      this.#gradients?.close();
    }
  }

  async #look(step: number): Promise<void> {
    // Of a network in two towers half is here.
    if (this.#run.cluster?.towers === true) return;
    const began = performance.now();
    await this.#tell('train', await this.#insides(step), step);
    this.#lookedAt = step;
    this.#cost = performance.now() - began;
    this.#spent += this.#cost;
  }

  /** `begun`: the steps that were done before this process began. */
  async #open(begun: number, { step }: Readonly<Progress>): Promise<void> {
    const { spec, record, run } = this.#run;
    const root = await this.#file('');
    const train = await this.#file('train');
    const now = momentAt(step);
    const name = path.basename(run.path);
    await root.append([
      summaryEvent(
        now,
        startOfSession(name, plainSettings(record), metricsToCompare(record), now.wallTime),
      ),
    ]);
    // What was told of steps that are done again no longer counts.
    await train.append([startEvent(momentAt(begun + 1))]);
    const order = this.#order();
    await this.#openGradients(order.subarray(0, PROBED));
    if (train.isFirst) {
      await train.append([graphEvent(now, graphDefOf(spec))]);
      await this.#tell('train', [await this.#pictures(order.subarray(0, SHOWN))], step);
      await this.#look(step);
    }
    await train.append([]);
    this.#isOpen = true;
    this.#spent = 0;
    this.#began = performance.now();
  }

  /** Weights and gradients as they are now. */
  async #insides(step: number): Promise<SummaryValue[]> {
    const { session, spec } = this.#run;
    const scope = session.scopeOf(spec);
    const values: (SummaryValue[] | Promise<SummaryValue[]>)[] = [];
    for (const name of parameterNames(spec)) {
      const weights = await scope.readState(name);
      values.push(histogram(`weights/${name}`, weights));
      // Packed by another thread, while gradients are measured.
      if (name === this.#filters?.name) values.push(pictureOf(this.#filters, weights));
    }
    for (const [name, gradient] of (await this.#gradients?.measure(step)) ?? []) {
      values.push(histogram(`gradients/${name}`, gradient));
    }
    return (await Promise.all(values)).flat();
  }

  async #openGradients(chosen: Uint32Array): Promise<void> {
    if (this.#run.cluster?.towers === true) return;
    const { session, spec, record } = this.#run;
    const rows = await this.#rows(chosen);
    this.#gradients = openGradientProbe(session, spec, rows, fitSettingsOf(record.settings));
  }

  async #pictures(chosen: Uint32Array): Promise<SummaryValue> {
    const { spec, dataset } = this.#run;
    return pictureValue(await this.#rows(chosen), imageShapeOf(spec), dataset.classes);
  }

  /** The training pictures in an order that the seed chooses. */
  #order(): Uint32Array {
    const { seed, validationSplit: fraction } = this.#run.record.settings;
    const { count } = validationSplit(this.#run.dataset.train, fraction).train;
    return new RandomStream(seed, 'tensorboard').permutation(count);
  }

  /** Training pictures as the network sees them in its first epoch. */
  async #rows(chosen: Uint32Array) {
    const { spec, dataset, record } = this.#run;
    const { seed, augmentation, validationSplit: fraction } = record.settings;
    const { train } = validationSplit(dataset.train, fraction);
    const reading = { shape: imageShapeOf(spec), stored: dataset.imageShape, augmentation, seed };
    return picturesOf(train, [...chosen], reading);
  }

  async #tell(part: Part | '', values: readonly SummaryValue[], step: number): Promise<void> {
    if (values.length === 0) return;
    const file = await this.#file(part);
    file.send([summaryEvent(momentAt(step), values)]);
  }

  async #file(part: Part | ''): Promise<EventFile> {
    const known = this.#files.get(part);
    if (known !== undefined) return known;
    const file = await EventFile.create(path.join(this.#folder, part));
    this.#files.set(part, file);
    return file;
  }

  async fail(): Promise<void> {
    const end = endOfSession(false, Date.now() / 1000);
    if (this.#isOpen) await this.#tell('', end, this.#progress?.step ?? 0).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#gradients?.close();
    const closed = await Promise.allSettled([...this.#files.values()].map((file) => file.close()));
    const failed = closed.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

async function pictureOf(
  { name, picture }: FirstFilters,
  weights: ArrayLike<number>,
): Promise<SummaryValue[]> {
  return [image(`filters/${name}`, await pngOf(picture(weights)))];
}

const momentAt = (step: number): Moment => ({ wallTime: Date.now() / 1000, step });
