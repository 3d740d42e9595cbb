import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import type { Split } from '../data/dataset.ts';
import { layers } from '../nn/layers/index.ts';
import { input, model } from '../nn/model.ts';
import { parametersOf } from '../nn/network.ts';
import { withFrozen } from '../nn/programs/frozen.ts';
import { gradientGraph } from '../nn/programs/programs.ts';
import { parseModelSpec, sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { FitEvent, FitOptions } from './events.ts';
import { fit } from './fit.ts';
import type { Snapshot } from './progress.ts';

const { add, batchNormalization, conv2d, dense, dropout, flatten } = layers;

const net = (units = 3, frozen: { trainable?: boolean } = {}) =>
  sequential({ inputShape: [4, 4, 1] }, [
    conv2d({ filters: 2, kernelSize: 3, name: 'lines', ...frozen }),
    batchNormalization({ momentum: 0.5, name: 'norm', ...frozen }),
    flatten(),
    dropout({ rate: 0.3 }),
    dense({ units, activation: 'softmax', name: 'answer' }),
  ]);

function rows(count: number): Split {
  const images = Uint8Array.from({ length: count * 16 }, (_, i) => (i * 53 + (i % 7) * 31) % 256);
  return { count, images, labels: Uint8Array.from({ length: count }, (_, i) => i % 3) };
}
const data = { train: rows(26) };
const options: FitOptions = { epochs: 2, batchSize: 8, optimizer: 'adam', seed: 3 };

async function run(
  spec: ModelSpec,
  changes: FitOptions = {},
  backend: 'reference' | 'wasm' = 'reference',
) {
  const session = await openSession({ backend, threads: 1 });
  const kept: Snapshot[] = [];
  const events: FitEvent[] = [];
  for await (const event of fit(session, spec, data, { ...options, ...changes })) {
    events.push(event);
    if (event.type === 'checkpoint') kept.push(await event.snapshot());
  }
  return { session, kept, events, first: kept[0], end: kept[kept.length - 1] };
}

const changed = ({ first, end }: { first: Snapshot; end: Snapshot }): string[] =>
  [...first.states.keys()].filter(
    (name) => String(first.states.get(name)?.data) !== String(end.states.get(name)?.data),
  );

describe('frozen layers', () => {
  const ofAnswer = ['answer/kernel', 'answer/bias'];
  const slots = ['m', 'v'].flatMap((slot) => ofAnswer.map((name) => `adam/${slot}/${name}`));

  it.each(['reference', 'wasm'] as const)(
    'keep numbers, statistics and no slots, on %s',
    async (backend) => {
      const byOption = await run(net(), { freeze: ['lines', 'norm'] }, backend);
      const bySpec = await run(net(3, { trainable: false }), {}, backend);
      for (const trained of [byOption, bySpec]) {
        expect(changed(trained).sort()).toEqual([...ofAnswer, ...slots].sort());
      }
      expect([...byOption.end.states].map(([name, { data: d }]) => [name, [...d]])).toEqual(
        [...bySpec.end.states].map(([name, { data: d }]) => [name, [...d]]),
      );
      expect(changed(await run(net(), { freeze: ['lines'] }, backend))).toContain(
        'norm/movingMean',
      );
    },
  );

  it('have no gradient in the graph', () => {
    const outputs = Object.keys(gradientGraph(net(3, { trainable: false }), {}, 4).outputs);
    expect(outputs.filter((name) => name.startsWith('gradient/'))).toEqual(
      ofAnswer.map((name) => `gradient/${name}`),
    );
  });

  it('normalise by the moving statistics in training too, while dropout goes on', async () => {
    // One batch of all rows, whose loss is measured before the step.
    const plain = sequential({ inputShape: [4, 4, 1] }, [
      batchNormalization({ name: 'norm' }),
      flatten(),
      dense({ units: 3, activation: 'softmax' }),
    ]);
    const once = { epochs: 1, batchSize: 26, shuffle: false } as const;
    const lossOf = async (freeze: readonly string[]) => {
      const { events, session, first } = await run(plain, { ...once, freeze });
      const { loss } = await evaluate(session, plain, data.train, {
        classes: ['a', 'b', 'c'],
        weights: first.states,
      });
      const epoch = events.find((event) => event.type === 'epoch');
      return [epoch?.train.loss ?? Number.NaN, loss];
    };
    const [frozen, tested] = await lossOf(['norm']);
    expect(frozen).toBeCloseTo(tested, 5);
    const [moving, testedToo] = await lossOf([]);
    expect(Math.abs(moving - testedToo)).toBeGreaterThan(0.01);
    // A dropout layer owns no numbers: to freeze it changes nothing.
    const [a, b] = [await run(net()), await run(net(), { freeze: ['dropout'] })];
    expect(a.end.states).toEqual(b.end.states);
  });

  it('go on from any step to the same bits', async () => {
    const frozen = { freeze: ['lines', 'norm'], checkpointEvery: { batches: 1 } };
    const whole = await run(net(), frozen);
    for (const at of [1, 2, 5]) {
      const rest = await run(net(), { ...frozen, resume: whole.kept[at] });
      expect(rest.end.states).toEqual(whole.end.states);
    }
    await expect(run(net(), { resume: whole.kept[1] })).rejects.toThrow('it has no "adam/m/lines');
  });

  it('are written in a spec, in shared layers too', () => {
    const spec = net(3, { trainable: false });
    expect(parseModelSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    expect(spec.layers.map(({ trainable }) => trainable)).toEqual([
      false,
      false,
      undefined,
      undefined,
      undefined,
    ]);
    expect('trainable' in net(3, { trainable: true }).layers[0]).toBe(false);
    const x = input({ shape: [4] });
    const twice = dense({ units: 4, name: 'twice', trainable: false });
    const sum = add()(twice(x), twice(twice(x)));
    const both = model({ inputs: x, outputs: dense({ units: 2 })(sum) });
    expect(
      both.layers.filter(({ kind, trainable }) => kind === 'dense' && trainable === false).length,
    ).toBe(3);
  });

  it('freeze the numbers that several layers share by any of them', () => {
    const x = input({ shape: [4] });
    const twice = dense({ units: 4, name: 'twice' });
    const y = dense({ units: 2, name: 'answer' })(twice(twice(x)));
    const frozen = withFrozen(model({ inputs: x, outputs: y }), ['twice_1']);
    const trained = parametersOf(frozen).filter(({ trainable }) => trainable);
    expect(trained.map(({ name }) => name)).toEqual(ofAnswer);
  });

  it('are named right, and leave something to be trained', async () => {
    await expect(run(net(), { freeze: ['linse'] })).rejects.toThrow('did you mean "lines"?');
    await expect(run(net(), { freeze: ['lines', 'norm', 'answer'] })).rejects.toThrow(
      'no layer of',
    );
  });
});

describe('initial weights', () => {
  it('are taken by name and shape; the start event says which', async () => {
    const { end } = await run(net());
    const other = await run(net(5), { initialWeights: end.states, epochs: 1 });
    const start = other.events.find((event) => event.type === 'start');
    expect(start?.weights?.taken).toEqual([
      'lines/kernel',
      'lines/bias',
      'norm/gamma',
      'norm/beta',
      'norm/movingMean',
      'norm/movingVariance',
    ]);
    expect(start?.weights?.drawn).toEqual(['answer/kernel', 'answer/bias']);
    expect(start?.weights?.unused).toContain('answer/kernel');
    expect(other.first.states.get('lines/kernel')).toEqual(end.states.get('lines/kernel'));
    expect(other.first.states.get('norm/movingMean')).toEqual(end.states.get('norm/movingMean'));
    const drawn = (await run(net(5), { epochs: 1 })).first.states;
    expect(other.first.states.get('answer/kernel')).toEqual(drawn.get('answer/kernel'));
    expect(other.first.states.get('adam/m/lines/kernel')?.data.every((n) => n === 0)).toBe(true);
  });

  it('are left aside by a run that resumes', async () => {
    const { end } = await run(net(), { seed: 9 });
    const whole = await run(net(), { checkpointEvery: { batches: 1 } });
    const rest = await run(net(), { resume: whole.kept[2], initialWeights: end.states });
    expect(rest.end.states).toEqual(whole.end.states);
  });

  it('must be of the model and be numbers', async () => {
    const value = { shape: [3], data: new Float32Array(3) };
    const none = new Map([['other/kernel', value]]);
    await expect(run(net(), { initialWeights: none })).rejects.toThrow('none of the 1 weights');
    const bias = { shape: [3], data: Float32Array.of(0, Number.NaN, 0) };
    const broken = new Map([['answer/bias', bias]]);
    await expect(run(net(), { initialWeights: broken })).rejects.toThrow('"answer/bias" holds NaN');
  });
});
