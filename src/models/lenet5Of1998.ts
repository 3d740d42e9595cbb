/**
 * @file LeNet-5 as it was published: LeCun, Bottou, Bengio, Haffner 1998, "Gradient-Based Learning Applied to
 * Document Recognition", section II.B and appendix A.
 *
 *   layer                                output    trainable   fixed   connections
 *   C1  conv 6@5x5, f                   28x28x6          156       0       122,304
 *   S2  sum of 2x2 * weight + bias, f   14x14x6           12       0         5,880
 *   C3  conv 16@5x5 by Table I, f      10x10x16        1,516       0       151,600
 *   S4  sum of 2x2 * weight + bias, f    5x5x16           32       0         2,000
 *   C5  conv 120@5x5, f                 1x1x120       48,120       0        48,120
 *   F6  dense 84, f                          84       10,164       0        10,164
 *   output  10 Euclidean units               10            0     840           840
 *                                                     60,000     840       340,908
 *
 * f(a) = 1.7159 tanh(2a/3). Pixels 0..255 become -0.1 (paper) to 1.175 (ink); 28x28 pictures get a border of
 * background. First weights are uniform on +-2.4 / fan-in; that the bias is not counted in the fan-in, j = 1
 * and the drawing of the bitmaps are our choices, where the paper does not say (docs/lenet5.md compares).
 * Next stop: `nn/layers/rbf.ts`.
 */
import * as z from 'zod/mini';
import { dense } from '../nn/layers/dense.ts';
import { RUBBISH_DISTANCE, rbf } from '../nn/layers/rbf.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { connectedConv2d } from '../nn/layers/windows/connectedConv2d.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { subsampling2d } from '../nn/layers/windows/subsampling2d.ts';
import { sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { defineModel } from './options.ts';

/** Table I: per map of C3 the maps of S2 it sees. Three, four or six neighbours, or four that are not. */
export const lenetConnections: readonly (readonly number[])[] = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];

const options = z.object({
  /** j of eq. 9, the distance at which the rubbish class stands. */
  j: z._default(z.number().check(z.positive()), RUBBISH_DISTANCE),
  /** One character per class, whose bitmap is its code. */
  codes: z._default(z.coerce.string().check(z.minLength(2)), '0123456789'),
  /** First weights: 'paper' on +-2.4 / fan-in, as it says; 'root' on +-1 / sqrt(fan-in). */
  start: z._default(z.enum(['paper', 'root']), 'paper'),
});

const STARTS = {
  paper: { kind: 'fanIn', scale: 2.4, power: 1 },
  root: { kind: 'fanIn', scale: 1, power: 0.5 },
} as const;

/** First weights of units with so many inputs. */
function startingFrom(fanIn: number, start: keyof typeof STARTS) {
  const initializer = { ...STARTS[start], fanIn };
  return { kernelInitializer: initializer, biasInitializer: initializer };
}

export const lenet5Of1998 = defineModel('lenet5-1998', options, make, {
  without: ['classes', 'pooling'], // its classes are codes, its sub-sampling is no pooling
});

function make({ j, codes, start }: z.output<typeof options>): ModelSpec {
  const f = { activation: 'scaledTanh' } as const;
  const byFanIn = STARTS[start];
  const sampling = { ...f, weightInitializer: byFanIn, biasInitializer: byFanIn };
  return sequential(
    {
      name: 'lenet5-1998',
      inputShape: [32, 32, 1],
      preprocessing: { scale: 1.275 / 255, offset: -0.1, border: 2 },
    },
    [
      conv2d({ name: 'c1', filters: 6, kernelSize: 5, ...f, ...startingFrom(25, start) }),
      subsampling2d({ name: 's2', ...sampling }),
      connectedConv2d({
        name: 'c3',
        connections: lenetConnections.map((m) => [...m]),
        kernelSize: 5,
        ...f,
        kernelInitializer: byFanIn,
        biasInitializer: byFanIn,
      }),
      subsampling2d({ name: 's4', ...sampling }),
      conv2d({ name: 'c5', filters: 120, kernelSize: 5, ...f, ...startingFrom(400, start) }),
      flatten(),
      dense({ name: 'f6', units: 84, ...f, ...startingFrom(120, start) }),
      rbf({ name: 'output', codes, rubbish: j }),
    ],
  );
}
