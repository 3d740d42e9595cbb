import { expect, test } from 'vitest';
import { openSession } from '../backends/select.ts';
import { profileOf } from './profile.ts';
import { workloadOf } from './workloads.ts';

test('every kernel has a share of the time and of both measured peaks', async () => {
  const session = await openSession({ backend: 'wasm', threads: 1 });
  const { executable } = workloadOf('lenet5').prepare(session, 'train', 8);
  const { kernels, totalMs, peakMultiplyAdds, peakBytes } = profileOf(session, executable, 200);
  expect(kernels.map(({ family }) => family)).toContain('directConv2d');
  expect(kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  for (const { medianMs, multiplyAdds, ofArithmetic, bytes, ofMemory } of kernels) {
    expect(medianMs).toBeLessThanOrEqual(totalMs);
    expect(ofArithmetic * peakMultiplyAdds * medianMs).toBeCloseTo(multiplyAdds, 3);
    expect(ofMemory * peakBytes * medianMs).toBeCloseTo(bytes, 3);
  }
  await session.close();
});

test('a backend without kernels says so', async () => {
  const session = await openSession({ backend: 'reference' });
  const { executable } = workloadOf('lenet5').prepare(session, 'infer', 1);
  expect(() => profileOf(session, executable, 10)).toThrow(/reference backend has no kernels/);
  await session.close();
});
