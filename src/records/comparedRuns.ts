/**
 * @file What is said of runs beside one another: their figures, their curves, the options that differ.
 *
 * Numbers are those of the runs' own files; nothing is worked out here but which is the best. The lab's Runs page and
 * `fovea runs` say the same of the same runs.
 */
import type { EpochRecord } from '../train/progress.ts';
import type { ListedRun } from './listedRun.ts';

/** Runs whose curves are laid over one another: as many as there are colours that can be told apart. */
export const MOST_COMPARED = 4;

export type Measure = 'loss' | 'accuracy';

/** A run that can be read. */
export type ReadableRun = ListedRun & { readonly record: NonNullable<ListedRun['record']> };

export const isReadable = (run: ListedRun): run is ReadableRun =>
  run.record !== null && run.fault === null;

/** What a run was trained on and how; undefined where it was imported: nobody knows. */
export function trainingOf({ record }: ReadableRun) {
  return record.status === 'imported' ? undefined : record;
}

export interface RunFigures {
  readonly epochs: number;
  /** Null where the run was not trained here. */
  readonly asked: number | null;
  /** The epoch of the least validation loss, or training loss where there is no validation; null before the first. */
  readonly best: { readonly epoch: number; readonly loss: number; readonly of: Part } | null;
  /** Of the test set, once the run is done. */
  readonly test: { readonly loss: number; readonly accuracy: number | null } | null;
}

export type Part = 'training' | 'validation';

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

export function figuresOf(run: ReadableRun): RunFigures {
  const { history } = run;
  const training = trainingOf(run);
  const of: Part = history.some(({ validation }) => validation !== null)
    ? 'validation'
    : 'training';
  const losses = history.map((epoch) => ({ epoch: epoch.epoch, loss: judged(epoch), of }));
  const known = losses.filter(({ loss }) => isNumber(loss));
  const best = known.length === 0 ? null : known.reduce((a, b) => (b.loss < a.loss ? b : a));
  const test = training?.results?.test;
  return {
    epochs: history.length,
    asked: training?.settings.epochs ?? null,
    best,
    test:
      test === undefined || !isNumber(test.loss)
        ? null
        : { loss: test.loss, accuracy: test.accuracy ?? null },
  };
}

const judged = ({ validation, train }: EpochRecord): number => validation?.loss ?? train.loss;

/** What became of it, in a word or two. */
export function stateWords({ record, inUse }: ReadableRun): string {
  if (inUse) return 'training now';
  if (record.status === 'done' || record.status === 'imported') return record.status;
  return record.status === 'stopped' ? 'stopped' : 'broken off';
}

/** The run with the most right answers of the test set; of equals, and without any, none. */
export function bestOf(runs: readonly ReadableRun[]): string | undefined {
  const tested = runs.flatMap((run) => {
    const accuracy = figuresOf(run).test?.accuracy ?? null;
    const data = trainingOf(run)?.data;
    return accuracy === null || data === undefined ? [] : [{ run, accuracy, data }];
  });
  const [first, second] = tested.toSorted((a, b) => b.accuracy - a.accuracy);
  // Of other data an accuracy is no match.
  const sets = new Set(tested.map(({ data }) => data.name));
  if (first === undefined || second === undefined || sets.size > 1) return undefined;
  return first.accuracy > second.accuracy ? first.run.name : undefined;
}

export interface Curve {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly dashed: boolean;
  /** Which of the runs it is of. */
  readonly run: number;
}

/** Training dashed, validation (where there is one) drawn through; one axis of epochs for all. */
export function curvesOf(
  runs: readonly ReadableRun[],
  measure: Measure,
): { readonly x: readonly number[]; readonly curves: readonly Curve[] } {
  const longest = Math.max(0, ...runs.map(({ history }) => history.length));
  const x = Array.from({ length: longest }, (_, i) => i + 1);
  const curves = runs.flatMap(({ name, history }, run) => {
    const of = (part: Part): Curve => ({
      label: `${name}, ${part}`,
      values: x.map((_, i) => measuredOf(history[i], part, measure)),
      dashed: part === 'training',
      run,
    });
    return [of('training'), of('validation')];
  });
  return { x, curves: curves.filter(({ values }) => values.some((value) => value !== null)) };
}

/** (epoch, value) of each epoch that was measured. */
export function pointsOf({ values }: Curve): (readonly [epoch: number, value: number])[] {
  return values.flatMap((value, i) => (value === null ? [] : [[i + 1, value] as const]));
}

function measuredOf(epoch: EpochRecord | undefined, part: Part, measure: Measure): number | null {
  const value = (part === 'training' ? epoch?.train : epoch?.validation)?.[measure];
  return isNumber(value) ? value : null;
}

/** The curves in words, for those who do not see them. */
export function curveWords(runs: readonly ReadableRun[], measure: Measure): string {
  const ends = runs.map(({ name, history }) => {
    const last = history.at(-1);
    const value = last === undefined ? undefined : (last.validation ?? last.train)[measure];
    if (!isNumber(value)) return `${name} has no ${measure}`;
    const epochs = history.length === 1 ? '1 epoch' : `${history.length} epochs`;
    return `${name} ends at ${value.toPrecision(3)} after ${epochs}`;
  });
  return `${measure} over epochs: ${ends.join('; ')}`;
}

/** Where curves of loss are not of one loss: a sentence. */
export function lossWarning(runs: readonly ReadableRun[], measure: Measure): string | undefined {
  const losses = new Set(runs.flatMap((run) => trainingOf(run)?.settings.loss ?? []));
  if (measure !== 'loss' || losses.size < 2) return undefined;
  return `These are different losses (${[...losses].join(', ')}): their heights say nothing of one another.`;
}

export interface Difference {
  readonly option: string;
  /** One per run, in words. */
  readonly values: readonly string[];
}

/** Options that are not the same in all of the runs, in the order of the record. */
export function differencesOf(runs: readonly ReadableRun[]): Difference[] {
  // Of networks of other names the name says it all.
  const isOneModel = new Set(runs.map(({ record }) => record.model)).size === 1;
  const options = runs.map(({ record, spec }) => optionsOf(record, isOneModel ? spec : null));
  const names = [...new Set(options.flatMap((of) => [...of.keys()]))];
  return names
    .map((option) => ({ option, values: options.map((of) => of.get(option) ?? 'none') }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/** All that was asked for and all that decides the numbers, by name: "optimizer.learningRate" -> "0.003". */
function optionsOf(record: ReadableRun['record'], spec: ListedRun['spec']) {
  const { model, versions } = record;
  const options = new Map<string, string>();
  const put = (name: string, value: unknown): void => {
    if (value === undefined) return;
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isGroup) options.set(name, wordsOf(value));
    else for (const [key, inner] of Object.entries(value)) put(`${name}.${key}`, inner);
  };
  put('model', model);
  put('input', spec?.inputShape);
  for (const { name, kind, options: own } of spec?.layers ?? []) {
    put(`${name} is a`, kind);
    put(name, own);
  }
  if (record.status === 'imported') {
    put('imported from', record.imported.file);
    put('made by', record.imported.producedBy);
  } else {
    const { data, settings, from, backend } = record;
    put('data', data.name);
    for (const part of ['train', 'validation', 'test'] as const)
      put(`${part} pictures`, data[part]);
    for (const [name, value] of Object.entries(settings)) put(name, value);
    put('begins with', from?.path ?? 'weights that were drawn');
    put('plan', backend.plan);
  }
  put('version', versions.fovea);
  return options;
}

function wordsOf(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    return value.length === 0
      ? 'none'
      : value
          .map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)))
          .join(', ');
  }
  return String(value);
}
