import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../models/index.ts';
import { layers } from '../../nn/layers/index.ts';
import { input, model } from '../../nn/model.ts';
import { histogram, readEvents, scalar, startEvent, summaryEvent, versionEvent } from './events.ts';
import { graphDefOf } from './graph.ts';
import { histogramOf } from './histogram.ts';
import { endOfSession, startOfSession } from './hparams.ts';
import { HParamsPluginDataSchema, SessionLog_SessionStatus, Status } from './proto/schema.ts';
import { framed } from './records.ts';

describe('events', () => {
  it('have the bytes that the format gives them', () => {
    // wall_time = 1 (field 1, 64 bits), step = 300 (field 2), summary (5) { value (1) { tag (1) "a", simple_value (2) 0.5 } }
    const bytes = summaryEvent({ wallTime: 1, step: 300 }, [scalar('a', 0.5)]);
    const value = [0x0a, 1, 0x61, 0x15, 0, 0, 0, 0x3f];
    expect([...bytes]).toEqual([
      ...[0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 0xac, 0x02],
      ...[0x2a, value.length + 2, 0x0a, value.length, ...value],
    ]);
  });

  it('read back in their order', () => {
    const file = [versionEvent(5, 'us'), startEvent({ wallTime: 6, step: 7 })].map(framed);
    const [version, start] = readEvents(Buffer.concat(file));
    expect(version?.what).toEqual({ case: 'fileVersion', value: 'brain.Event:2' });
    expect(version?.sourceMetadata?.writer).toBe('us');
    expect(start?.step).toBe(7n);
    expect(start?.what.value).toMatchObject({ status: SessionLog_SessionStatus.START });
  });
});

describe('histogram', () => {
  it('puts every number in the bucket of its range', () => {
    const numbers = Float32Array.from({ length: 64 }, (_, i) => i + 0.5);
    const of = histogramOf([0, ...numbers, 64, 64]);
    expect(of).toMatchObject({ min: 0, max: 64, num: 67, sum: 2048 + 128 });
    expect(of?.bucketLimit).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
    expect(of?.bucket).toEqual([2, ...new Array(62).fill(1), 3]);
    expect(of?.sumSquares).toBeCloseTo(numbers.reduce((s, x) => s + x * x, 0) + 2 * 64 ** 2);
  });

  it('ends with the largest number itself, whatever was rounded on the way', () => {
    for (const [least, most] of [
      [0.1, 0.7],
      [-1 / 3, 1e-3],
      [1e-8, 3e7],
    ] as const) {
      const { bucketLimit, bucket } = histogramOf([least, most]) ?? {};
      expect([bucketLimit?.at(-1), bucket?.at(0), bucket?.at(-1)]).toEqual([most, 1, 1]);
    }
  });

  it('is one bucket where all numbers are equal, and leaves out what is no number', () => {
    expect(histogramOf([3, Number.NaN, 3, Number.POSITIVE_INFINITY])).toEqual({
      ...{ min: 3, max: 3, num: 2, sum: 6, sumSquares: 18 },
      ...{ bucketLimit: [3], bucket: [2] },
    });
    expect(histogram('a', [Number.NaN])).toEqual([]);
  });
});

describe('graph', () => {
  it('has a group per layer, whose node reads the layer before and its parameters', () => {
    const { node } = graphDefOf(modelOf('lenet5'));
    const names = node.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { input } of node) for (const from of input) expect(names).toContain(from);
    const dense = node.find(({ name }) => name === 'dense/dense');
    expect(dense?.input).toEqual(['flatten/flatten', 'dense/kernel', 'dense/bias']);
    const shape = dense?.attr._output_shapes?.value;
    expect(shape?.value).toMatchObject({ shape: [{ dim: [{ size: -1n }, { size: 120n }] }] });
    expect(names.at(0)).toBe('input');
    expect(node.at(-1)).toMatchObject({ op: 'Identity', input: ['dense_2/dense'] });
  });

  it('lets a layer that is applied twice read its parameters twice', () => {
    const { dense } = layers;
    const [left, right] = ['left', 'right'].map((name) => input({ shape: [4], name }));
    if (left === undefined || right === undefined) throw new Error('no inputs');
    const shared = dense({ units: 2, name: 'shared' });
    const spec = model({ inputs: { left, right }, outputs: [shared(left), shared(right)] });
    const reading = graphDefOf(spec).node.filter(({ input: from }) =>
      from.includes('shared/kernel'),
    );
    expect(reading.map(({ input: [from] }) => from)).toEqual(['left', 'right']);
  });
});

describe('hyperparameters', () => {
  it('stand in the metadata that the plugin reads', () => {
    const metrics = ['train', 'validation'].map((group) => ({ group, tag: 'loss' }));
    const values = [
      ...startOfSession('run', { batchSize: 64, kind: 'adam', on: true }, metrics, 5),
      ...endOfSession(false, 9),
    ];
    const read = values.map(({ metadata }) =>
      fromBinary(HParamsPluginDataSchema, metadata?.pluginData?.content ?? new Uint8Array()),
    );
    expect(values.map(({ metadata }) => metadata?.pluginData?.pluginName)).toEqual(
      new Array(3).fill('hparams'),
    );
    const [experiment, start, end] = read.map(({ data }) => data.value);
    expect(experiment).toMatchObject({
      hparamInfos: [{ type: 3 }, { type: 1 }, { type: 2 }],
      metricInfos: [
        { name: { group: 'train', tag: 'loss' }, datasetType: 1 },
        { name: { group: 'validation' }, datasetType: 2 },
      ],
    });
    expect(start).toMatchObject({
      startTimeSecs: 5,
      hparams: {
        batchSize: { kind: { value: 64 } },
        kind: { kind: { value: 'adam' } },
        on: { kind: { value: true } },
      },
    });
    expect(end).toMatchObject({ status: Status.FAILURE, endTimeSecs: 9 });
  });
});
