/** @file The scale of a loss: when it doubles and halves, where it ends, and what a lost step leaves alone. */
import { describe, expect, it } from 'vitest';
import { backward } from '../../autodiff/backward.ts';
import { referenceBackend } from '../../backends/reference/index.ts';
import { inputNode, stateNode } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { type LossScaling, lossScaling } from './lossScaling.ts';

/** Steps of w := w - g, of the loss w g, with two states that are given g as it is: what each step left behind. */
async function steps(gradients: readonly number[], scaling: LossScaling) {
  const { states, scaled, guarded } = lossScaling(scaling);
  const [w, seen, again] = ['w', 'seen', 'again'].map((name) => stateNode(name, [1]));
  const g = inputNode('g', [1]);
  const loss = build('sumTo', [build('mul', [w!, g])], { shape: [] });
  const graph = guarded(backward(scaled(loss), [w!]), ([gradient]) => {
    const moved = build('sub', [w!, gradient!]);
    return {
      outputs: { gradient: gradient! },
      updates: [
        { state: w!, value: moved },
        { state: again!, value: moved },
        { state: seen!, value: g },
      ],
    };
  });
  await using session = await referenceBackend.open();
  const scope = session.scopeOf();
  const program = scope.compile(graph);
  for (const [name, value] of states) scope.writeState(name, [value]);
  for (const name of ['w', 'seen', 'again']) scope.writeState(name, [10]);
  const left = [];
  for (const value of gradients) {
    program.input('g').set([value]);
    program.run();
    const [skipped] = await program.output('skipped');
    const [gradient] = await program.output('gradient');
    const of = async (name: string) => (await scope.readState(name))[0]!;
    left.push({
      ...{ skipped, gradient, w: await of('w'), again: await of('again'), seen: await of('seen') },
      scale: await of('lossScale'),
    });
  }
  return left;
}

const scalesOf = (left: Awaited<ReturnType<typeof steps>>) => left.map(({ scale }) => scale);

describe('the scale of a loss', () => {
  it('is taken out of the gradients again', async () => {
    const [first, second] = await steps([0.5, -2], { first: 1024 });
    expect(first).toMatchObject({ skipped: 0, gradient: 0.5, w: 9.5, again: 9.5, seen: 0.5 });
    expect(second).toMatchObject({ skipped: 0, gradient: -2, w: 11.5, seen: -2 });
  });

  it('doubles after so many good steps in a row, and they are counted anew after each move', async () => {
    const good = await steps([1, 1, 1, 1, 1, 1, 1], { first: 8, growthInterval: 3 });
    expect(scalesOf(good)).toEqual([8, 8, 16, 16, 16, 32, 32]);
    const lost = await steps([1, 1, Infinity, 1, 1, 1, 1], { first: 8, growthInterval: 3 });
    expect(scalesOf(lost)).toEqual([8, 8, 4, 4, 4, 8, 8]);
  });

  it.each([Infinity, -Infinity, Number.NaN])(
    'halves at %d, which changes nothing else',
    async (bad) => {
      const [before, lost, after] = await steps([1, bad, 2], { first: 8 });
      expect(lost).toEqual({ ...before, skipped: 1, gradient: 0, scale: 4 });
      expect(after).toMatchObject({ skipped: 0, w: 7, again: 7, seen: 2, scale: 4 });
    },
  );

  it('stays between 1 and 2^24', async () => {
    expect(scalesOf(await steps([Infinity, Infinity], { first: 2 }))).toEqual([1, 1]);
    const most = await steps([1, 1, 1], { first: 2 ** 23, growthInterval: 1 });
    expect(scalesOf(most)).toEqual([2 ** 24, 2 ** 24, 2 ** 24]);
  });
});
