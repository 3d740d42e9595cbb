/**
 * @file One layer on its way to operators: what it reads, its options, and its weights in the layouts of channels first.
 *
 * Next stop: `layerNodes.ts`.
 */
import type { PlacedLayer } from '../../nn/shapes.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { ProgramBuilder } from './program.ts';

export interface LayerCall {
  readonly b: ProgramBuilder;
  readonly layer: PlacedLayer;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of the values it reads. */
  readonly inputs: readonly string[];
  /** The first of them. */
  readonly x: string;
  /** Whether that is (N, C, H, W). */
  readonly isPicture: boolean;
  /** Whether a flatten layer brings its picture to our order first. */
  readonly isTurned: boolean;
  /** Puts a tensor of the layer, by its name in PyTorch, among the constants; gives the constant's name. */
  weight(torch: string): string;
  /** The same tensor, for layers that make another of it. */
  tensor(torch: string): StateValue;
}
