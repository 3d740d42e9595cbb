/** @file Normalisation of channels by groups: what each group would be alone. */
import { expect, it } from 'vitest';
import { openSession } from '../../../backends/select.ts';
import { inferenceGraph } from '../../programs/programs.ts';
import { sequential } from '../../sequential.ts';
import { localResponseNormalization } from './localResponseNormalization.ts';

const [H, W, C, group] = [2, 3, 6, 3];

async function normalized(x: readonly number[], channels: number, groups?: number) {
  await using session = await openSession({ backend: 'reference' });
  const spec = sequential({ inputShape: [H, W, channels] }, [
    localResponseNormalization({ size: 3, alpha: 0.7, ...(groups ? { groups } : {}) }),
  ]);
  const program = session.compile(inferenceGraph(spec, 1));
  program.input('x').set(x);
  program.run();
  return Array.from(await program.output('probabilities'));
}

it('lets the channels of a group see each other alone', async () => {
  const x = Array.from({ length: H * W * C }, (_, i) => Math.sin(i + 1));
  const of = (g: number) => x.filter((_, i) => Math.floor((i % C) / group) === g);
  const halves = await Promise.all([0, 1].map((g) => normalized(of(g), group)));
  const both = await normalized(x, C, C / group);
  const expected = x.map((_, i) => {
    const [pixel, channel] = [Math.floor(i / C), i % C];
    return halves[Math.floor(channel / group)][pixel * group + (channel % group)];
  });
  expect(both).toEqual(expected);
  expect(both).not.toEqual(await normalized(x, C));
});

it('refuses groups of unequal size', () => {
  expect(() =>
    sequential({ inputShape: [2, 2, 6] }, [localResponseNormalization({ groups: 4 })]),
  ).toThrow(/4 groups do not divide 6 channels/);
});
