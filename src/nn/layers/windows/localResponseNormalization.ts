/**
 * @file Local response normalisation across channels, with the 2012 paper's numbers as defaults.
 *
 *   y[c] = x[c] / (k + alpha * sum of x^2 over `size` channels around c)^beta
 *
 * alpha is not divided by the size here; PyTorch does. With `groups` g, a channel's neighbours are those of its group
 * of C / g channels, as each of the two cards of 2012 normalised its own. Channels come last, so that groups are
 * columns of a wider picture. Next stop: `ops/windows/localResponseNormalization.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../../base/errors.ts';
import { positiveInteger } from '../../options.ts';
import { defineLayer, imageOf, type OptionalLayerBuilder } from '../layer.ts';

export interface LocalResponseNormalizationOptions {
  /** Neighbouring channels that are summed, itself included; default 5. */
  readonly size?: number | undefined;
  /** Added to the sum; default 2. */
  readonly k?: number | undefined;
  /** Of the sum of squares, not divided by the size; default 0.0001. */
  readonly alpha?: number | undefined;
  /** Power of the divisor; default 0.75. */
  readonly beta?: number | undefined;
  /** Channels see those of their own group alone; must divide the channels; default 1. */
  readonly groups?: number | undefined;
}

export const localResponseNormalization: OptionalLayerBuilder<LocalResponseNormalizationOptions> =
  defineLayer({
    kind: 'localResponseNormalization',
    says: 'each channel tempered by its neighbours',
    options: z.object({
      size: z._default(positiveInteger, 5),
      k: z._default(z.number(), 2),
      alpha: z._default(z.number(), 1e-4),
      beta: z._default(z.number(), 0.75),
      groups: z._default(positiveInteger, 1),
    }),
    outputShape: (inputs, { groups }) => {
      const image = imageOf(inputs);
      if (image[2] % groups === 0) return image;
      throw new FoveaError({
        problem: `${groups} groups do not divide ${image[2]} channels`,
        expected: 'groups of equally many channels',
      });
    },
    call: ({ build, name, inputs: [x], options: { groups, ...attrs } }) => {
      if (groups === 1) return build('localResponseNormalization', [x], attrs, name);
      const [N = 1, H = 1, W = 1, C = 1] = x.shape;
      const apart = build('reshape', [x], { shape: [N, H, W * groups, C / groups] });
      const normal = build('localResponseNormalization', [apart], attrs, name);
      return build('reshape', [normal], { shape: x.shape }, `${name}/joined`);
    },
  });
