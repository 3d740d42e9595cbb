/**
 * @file What of a network is to be drawn, before it has a place: a layer's form and its solid in each tower.
 *
 * Before: `solids.ts`. Next stop: `networkFigure.ts`.
 */
import type { Shape } from '../../base/shape.ts';
import type { PlacedLayer } from '../shapes.ts';
import type { Form } from './figure.ts';
import type { Solid } from './solids.ts';

export interface Piece {
  readonly name: string;
  readonly kind: string;
  readonly form: Form;
  readonly shape: Shape;
  readonly solids: readonly Solid[];
  readonly reads: readonly string[];
  /** Of a layer; absent for an input. */
  readonly layer?: PlacedLayer;
}
