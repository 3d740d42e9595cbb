/**
 * @file Weights by name, as other programs save them without their network, in the order of the file.
 *
 * Next stop: `ontoSpec.ts`, which finds the layers they belong to.
 */
import type { StateValue } from '../../nn/trained.ts';

export interface StateDict {
  /** In the order of the file. */
  readonly entries: ReadonlyMap<string, StateValue>;
  /** Whether that order is the one in which the network's modules were made. */
  readonly isInOrder: boolean;
}
