import { describe, expect, it } from 'vitest';
import { named } from '../../../test/support/savedModels.ts';
import { dense } from '../../nn/layers/dense.ts';
import { flatten } from '../../nn/layers/shapes/flatten.ts';
import { sequential } from '../../nn/sequential.ts';
import { expectedBytes } from './expectedSize.ts';
import { exportModel } from './exportJs.ts';
import { shipModel } from './shippedModel.ts';
import { type WeightFormat, weightFormats } from './weights.ts';

describe('the size that is told before', () => {
  it.each(weightFormats)('is within a tenth with %s', (weights) => {
    const model = named('cifar-quick');
    const bytes = exportModel(model, { name: 'a', weights }).get('a.mjs')?.length ?? 0;
    expect(Math.abs(expectedBytes(model.spec, weights) / bytes - 1)).toBeLessThan(0.1);
  });

  it('refuses what no engine reads, before it makes anything', () => {
    const ship = (side: number, weights: WeightFormat) => {
      const spec = sequential({ inputShape: [side, side, 3] }, [
        flatten(),
        dense({ units: 1000, activation: 'softmax' }),
      ]);
      return shipModel({ spec, classes: [], weights: new Map() }, { weights });
    };
    // 150,528 * 1,000 weights; then four times as many.
    expect(() => ship(224, 'float32')).toThrow(/about 6\d\d.* no engine reads .*\n.*ship int8/);
    expect(() => ship(448, 'int8')).toThrow(/ship the network as model\.json and weights\.safe/);
  });
});
