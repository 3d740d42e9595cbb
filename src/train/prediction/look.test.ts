import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../../backends/reference/index.ts';
import { modelOf } from '../../models/index.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { lookAt } from './look.ts';

async function lookThrough(name: string) {
  const spec = modelOf(name);
  const states = initialStates(spec, { seed: 2 });
  const weights = new Map([...states].map(([key, data]) => [key, { shape: [data.length], data }]));
  const session = await referenceBackend.open();
  const [height, width] = spec.inputShape;
  const pixels = Uint8Array.from({ length: height * width }, (_, i) => (i * 37) % 256);
  const classes = [...'0123456789'];
  return lookAt(session, { spec, weights, classes }, pixels);
}

describe('look', () => {
  it('shows every stage of lenet5-1998, the codes and the distances', async () => {
    const look = await lookThrough('lenet5-1998');
    expect(look.stages.map(({ name }) => name)).toEqual([
      'input',
      'c1',
      's2',
      'c3',
      's4',
      'c5',
      'flatten',
      'f6',
      'output',
    ]);
    const { distances, codes, stages, answer } = look;
    const f6 = stages[7].values;
    codes!.forEach((code, i) => {
      const squared = code.reduce((sum, w, d) => sum + (f6[d] - w) ** 2, 0);
      expect(distances![i]).toBeCloseTo(squared, 2);
    });
    expect(distances![answer]).toBe(Math.min(...distances!));
  });

  it('shows lenet5 with its probabilities', async () => {
    const look = await lookThrough('lenet5');
    expect(look.distances).toBeNull();
    expect(look.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  });
});
