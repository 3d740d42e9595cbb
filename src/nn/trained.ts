/**
 * @file A model with the numbers it has learned, in memory: what a run saves and an importer returns.
 */
import type { HostArray } from '../backends/backend.ts';
import type { Shape } from '../base/shape.ts';
import type { ModelSpec } from './spec.ts';

/** The value of a state (a parameter, a slot of the optimizer) with its shape. */
export interface StateValue {
  readonly shape: Shape;
  readonly data: HostArray;
}

export interface TrainedModel {
  readonly spec: ModelSpec;
  /** Parameters by name. */
  readonly weights: ReadonlyMap<string, StateValue>;
  /** Names of the classes; "0", "1", ... where the file does not say. */
  readonly classes: readonly string[];
}
