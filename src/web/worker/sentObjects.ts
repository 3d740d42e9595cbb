/**
 * @file The page's objects as the worker knows them: sent once, named by number from then on.
 *
 * Previous stop: `workerSession.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { ArraySplit } from '../../data/arraySplit.ts';
import type { Split } from '../../data/dataset.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { About } from '../../train/checks.ts';
import type { Asked } from './calls.ts';
import type { EngineCalls, Key, SentFitData, SentModel, Weights, WorkerSplit } from './protocol.ts';

/** Rows to learn from or be measured by: on the page (they are sent once) or in the worker. */
export type AnyRows = Split | ArraySplit | WorkerSplit;

export interface WorkerFitData extends About {
  readonly train: AnyRows;
  readonly validation?: AnyRows | null | undefined;
  readonly test?: AnyRows | undefined;
}

export class SentObjects {
  readonly #calls: Asked<EngineCalls>;
  readonly #keys = new WeakMap<object, Promise<Key<never>>>();
  #count = 0;

  constructor(calls: Asked<EngineCalls>) {
    this.#calls = calls;
  }

  newKey<T>(): Key<T> {
    return this.#count++;
  }

  /** The object lies in the worker by that number. */
  know(object: object, key: Key<unknown>): void {
    this.#keys.set(object, Promise.resolve(key as Key<never>));
  }

  async release(object: object): Promise<void> {
    const key = this.#keys.get(object);
    if (key === undefined) return;
    this.#keys.delete(object);
    await this.#calls.release(await key);
  }

  /** The object's number; it is sent where the worker does not hold it yet. */
  keyOf<T extends object>(object: T | WorkerSplit): Promise<Key<T>> {
    const known = this.#keys.get(object);
    if (known !== undefined) return known;
    if ('inWorker' in object) throw elsewhere();
    const key = this.newKey<never>();
    const kept = this.#calls.keep({ key, value: object }).then(() => key);
    this.#keys.set(object, kept);
    kept.catch(() => this.#keys.delete(object));
    return kept;
  }

  async fitData(data: WorkerFitData): Promise<SentFitData> {
    const { train, validation, test, name, classes, imageShape } = data;
    const key = (rows: AnyRows) => this.keyOf<Split | ArraySplit>(rows);
    return {
      train: await key(train),
      ...(validation == null ? {} : { validation: await key(validation) }),
      ...(test === undefined ? {} : { test: await key(test) }),
      name,
      classes,
      imageShape,
    };
  }

  async model({ spec, weights, classes }: SentParts): Promise<SentModel> {
    return { spec: await this.keyOf(spec), classes, ...(await this.weights(weights)) };
  }

  async weights(weights: Weights | undefined): Promise<{ readonly weights?: Key<Weights> }> {
    return weights === undefined ? {} : { weights: await this.keyOf(weights) };
  }
}

interface SentParts {
  readonly spec: ModelSpec;
  readonly weights?: Weights | undefined;
  readonly classes: readonly string[];
}

function elsewhere(): FoveaError {
  return new FoveaError({
    problem: 'this split lies in another worker, or was released',
    expected: 'a split that this session has loaded, or one on the page',
    fix: 'load the data set with this session too',
  });
}
