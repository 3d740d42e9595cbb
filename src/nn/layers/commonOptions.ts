/**
 * @file Options that several layers have: what editors show of them. Each layer's schema is the law; that these say
 * the same names and defaults, a test holds (`test/docs/hoverTexts.test.ts`). Next stop: `dense.ts`.
 */
import type { ActivationName } from '../activations.ts';
import type { Initializer } from '../initializers.ts';
import type { Padding, Size } from '../options.ts';

/** Of layers whose units weigh what they read. */
export interface UnitOptions {
  /** A function of each sum (softmax: of each row of them); default 'linear', which is none. */
  readonly activation?: ActivationName | undefined;
  /** Whether each unit adds a trained number of its own; default true. */
  readonly useBias?: boolean | undefined;
  /** First biases: a name, or an object with its settings; default 'zeros'. */
  readonly biasInitializer?: Initializer | undefined;
  /** Weight of the penalty l2 * sum(kernel^2) in the loss; default 0. */
  readonly l2?: number | undefined;
}

/** Of layers with one kernel for all they read. */
export interface KernelOptions extends UnitOptions {
  /** First weights: a name ('heNormal' before ReLU), or an object with its settings; default 'glorotUniform'. */
  readonly kernelInitializer?: Initializer | undefined;
}

/** Of layers with a window that slides. */
export interface SlidingOptions {
  /** Pixels of the window: one number for both axes, or [height, width]. */
  readonly kernelSize: Size;
  /** Pixels from one window to the next, one number or [height, width]; default 1. */
  readonly strides?: Size | undefined;
  /** Zeros around the image: 'valid' (none), 'same' (as many as give size / strides), or pixels; default 'valid'. */
  readonly padding?: Padding | undefined;
  /** Pixels from one tap of the window to the next, one number or [height, width]; default 1. */
  readonly dilationRate?: Size | undefined;
}
