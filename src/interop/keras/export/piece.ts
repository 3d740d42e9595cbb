/**
 * @file What the ways out of a layer are written in: the layer that goes out, and the layers of Keras that it becomes.
 *
 * Next stop: `pieces.ts`, the table.
 */
import { FoveaError } from '../../../base/errors.ts';
import type { NonEmpty } from '../../../base/lists.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Json } from '../config.ts';
import type { Dialect } from './values.ts';

/** One layer of Keras. */
export interface Piece {
  readonly className: string;
  /** Behind the layer's name; none: it bears the name itself. */
  readonly suffix?: string;
  readonly config: Json;
  /** Its numbers in Keras's order: Keras's name, our parameter, and Keras's shape where it is another. */
  readonly variables?: readonly (readonly [name: string, parameter: string, shape?: Shape])[];
}

export interface Outgoing {
  readonly kind: string;
  readonly options: Json;
  /** Of what it reads and gives, without the batch. */
  readonly inputs: NonEmpty<Shape>;
  readonly output: Shape;
  readonly dialect: Dialect;
}

/** The error for what a format lacks: says what to use instead. */
export function refusal({ kind, dialect }: Outgoing, what: string, fix: string): FoveaError {
  const format = dialect === 'tfjs' ? 'TensorFlow.js' : 'Keras';
  return new FoveaError({ problem: `${format} has no ${what} (${kind})`, fix });
}
