import { describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import type { Split } from '../../data/dataset.ts';
import { topologicalOrder } from '../../graph/node.ts';
import { fit } from '../../train/fit.ts';
import { splitRunner } from '../../train/runners/split.ts';
import { layers } from '../layers/index.ts';
import { trainingGraph } from '../programs/programs.ts';
import { sequential } from '../sequential.ts';
import { optimizerNames, optimizerOf } from './index.ts';
import { type LearningRates, withLearningRates } from './layerRates.ts';

const net = () =>
  sequential({ inputShape: [4, 4, 1] }, [
    layers.conv2d({ filters: 2, kernelSize: 3, name: 'conv1' }),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax', name: 'answer' }),
  ]);

const rows: Split = {
  count: 24,
  images: Uint8Array.from({ length: 24 * 16 }, (_, i) => (i * 53 + (i % 7) * 31) % 256),
  labels: Uint8Array.from({ length: 24 }, (_, i) => i % 3),
};

type Rates = { readonly learningRates?: LearningRates; readonly optimizer: object };

/** Every parameter before the first step and after two, in one epoch. */
async function trained(options: Rates, steps = 2, runner?: ReturnType<typeof splitRunner>) {
  const session = await openSession({ backend: 'reference' });
  const kept: ReadonlyMap<string, { data: Float32Array | Int32Array }>[] = [];
  const optimizer = options.optimizer as { kind: string };
  const own = { batchSize: 24 / steps, epochs: 1, seed: 2, ...(runner && { runner }) };
  const events = fit(session, net(), { train: rows }, { ...options, optimizer, ...own });
  for await (const event of events) {
    if (event.type === 'checkpoint') kept.push((await event.snapshot()).states);
  }
  await session.close();
  const of = (name: string) =>
    kept.map((states) => [...(states.get(name)?.data ?? [])] as number[]);
  return { of, last: kept[kept.length - 1] };
}

describe('learning rates of layers', () => {
  // One step: the second one's gradients see what the first did to the other layers.
  it.each(optimizerNames)('are those of the optimizer at that rate: %s', async (kind) => {
    const extra = { ema: 0.5, ...(kind === 'adamw' ? { weightDecay: 0.1 } : {}) };
    const optimizer = { kind, learningRate: 0.02, ...extra };
    const learningRates = { 'conv*': 0.25 };
    const mixed = await trained({ optimizer, learningRates }, 1);
    const slow = await trained({ optimizer: { ...optimizer, learningRate: 0.005 } }, 1);
    const fast = await trained({ optimizer }, 1);
    for (const name of ['conv1/kernel', 'conv1/bias']) {
      expect(mixed.of(name)).toEqual(slow.of(name));
      expect(mixed.of(name)).not.toEqual(fast.of(name));
    }
    expect(mixed.of('answer/kernel')).toEqual(fast.of('answer/kernel'));
  });

  it('multiply where several patterns fit, and are of parameters where there is a slash', async () => {
    const optimizer = { kind: 'sgd', learningRate: 0.1 };
    const one = await trained({ optimizer }, 1);
    const learningRates = { 'conv*': 0.5, '*/bias': 4, answer: 1 };
    const other = await trained({ optimizer, learningRates }, 1);
    const moved = ({ of }: typeof one, name: string) =>
      of(name)[1].map((w, i) => w - of(name)[0][i]);
    const factors = {
      'conv1/kernel': 0.5,
      'conv1/bias': 2,
      'answer/kernel': 1,
      'answer/bias': 4,
    };
    for (const [name, factor] of Object.entries(factors)) {
      const [before, after] = [moved(one, name), moved(other, name)];
      expect(Math.max(...before.map(Math.abs))).toBeGreaterThan(0.001);
      before.forEach((step, i) => {
        expect(after[i], name).toBeCloseTo(factor * step, 6);
      });
    }
  });

  it('cost nothing where they are 1, and make no node for the others', () => {
    const optimizer = optimizerOf('adam');
    expect(withLearningRates(optimizer, net(), { 'conv*': 1 })).toBe(optimizer);
    const nodesOf = (learningRates: LearningRates) => {
      const rated = withLearningRates(optimizer, net(), learningRates);
      const { updates } = trainingGraph(net(), { optimizer: rated }, 4);
      return topologicalOrder(updates.map(({ value }) => value));
    };
    const [plain, rated] = [nodesOf({}), nodesOf({ 'conv*': 0.1 })];
    const work = (nodes: typeof plain) => nodes.filter(({ op }) => op !== 'input').length;
    expect(work(rated)).toBe(work(plain));
    expect(rated.filter(({ op }) => op === 'input')).toHaveLength(
      plain.filter(({ op }) => op === 'input').length + 2,
    );
  });

  it('are the same where gradients are added up before the update', async () => {
    const options = {
      optimizer: { kind: 'adam', learningRate: 0.02 },
      learningRates: { answer: 3 },
    };
    const [one, other] = [await trained(options), await trained(options, 2, splitRunner())];
    expect(other.last.get('answer/kernel')).toEqual(one.last.get('answer/kernel'));
  });

  it.each<[LearningRates, RegExp]>([
    [{ 'conv2*': 0.1 }, /no layer of sequential that is trained is named "conv2\*"/],
    [{ anser: 0.1 }, /did you mean "answer"/],
    [{ flatten: 0.1 }, /of conv1, answer/],
    [{ conv1: 0 }, /received 0 for "conv1"\n.*\n.*freeze/],
    [{ conv1: Number.NaN }, /received NaN/],
  ])('are refused: %o', (rates, message) => {
    expect(() => withLearningRates(optimizerOf('sgd'), net(), rates)).toThrow(message);
  });
});
