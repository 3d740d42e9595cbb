/**
 * @file What a transform of a training picture is: a name, one amount, and a function that draws and moves.
 *
 * Pictures are planes of numbers 0..255, (height, width, channels); a transform may leave that range, the
 * end of the chain rounds and clips. All chance comes from the stream that is handed in, which depends on
 * seed, epoch and picture alone: any worker gives the same pixels. Next stop: `index.ts`, the table.
 */
import type { RandomStream } from '../../base/random.ts';
import type { ImageShape } from '../../base/shape.ts';
import type { Plane } from '../images/resize.ts';

/** What a transform may have to know beside its amount. */
export interface TransformContext {
  /** What comes out at the end of the chain: the model's input. */
  readonly shape: ImageShape;
  /** Directions in which the training set's colours vary; for `pca`. */
  readonly colours?: PrincipalColours | undefined;
}

/** Eigenvectors and eigenvalues of the covariance of the channels, over all pixels of a training set. */
export interface PrincipalColours {
  /** One direction per channel, each of length 1. */
  readonly vectors: readonly (readonly number[])[];
  /** Variances along them, in squared pixel units. */
  readonly values: readonly number[];
}

export type Apply = (plane: Plane, random: RandomStream) => Plane;

export interface TransformDefinition {
  readonly name: string;
  /** One line for people. */
  readonly says: string;
  /** Absent: the transform takes no amount. */
  readonly amount?: {
    readonly means: string;
    readonly least: number;
    readonly most: number;
    /** Absent: it must be given. */
    readonly fallback?: number;
  };
  /** Chooses what part of the picture is seen; its counterpart without chance serves when testing. */
  readonly atTest?: (amount: number, context: TransformContext) => (plane: Plane) => Plane;
  apply(amount: number, context: TransformContext): Apply;
}
