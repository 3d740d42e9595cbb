import { describe, expect, it } from 'vitest';
import { openPacked } from '../../../test/support/shippedText.ts';
import { halfToNumber } from '../../base/halfFloat.ts';
import { RandomStream } from '../../base/random.ts';
import type { StateValue } from '../../nn/trained.ts';
import {
  type Channels,
  packWeights,
  shippedValues,
  unpackWeights,
  type WeightFormat,
} from './weights.ts';

const value = (data: Float32Array, shape: readonly number[] = [data.length]): StateValue => ({
  shape,
  data,
});
const words = (data: ArrayLike<number>) => [...new Uint32Array(Float32Array.from(data).buffer)];

/** Packed and unpacked. */
async function through(
  tensors: readonly { value: StateValue; channels?: Channels }[],
  format: WeightFormat,
): Promise<Float32Array[]> {
  const named = tensors.map((t, i) => ({ name: `t${i}`, channels: undefined, ...t }));
  const places = tensors.map((t) => new Float32Array(t.value.data.length));
  const packed = packWeights(named, format);
  // Something stands before the plane.
  const plane = Uint8Array.of(1, 2, 3, ...packed.plane);
  const decoder = await openPacked(plane, packed.bits);
  unpackWeights(packed, { decoder, from: 3 }, (i) => places[i]);
  return places;
}

function noise(count: number): Float32Array {
  const stream = new RandomStream(7, 'weights');
  return Float32Array.from(
    { length: count },
    () => (stream.uniform() - 0.5) * 2 ** (12 * stream.uniform() - 9),
  );
}

/** All that a float16 can be, but NaN and the infinities. */
const HALVES = Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToNumber(bits)).filter(
  Number.isFinite,
);

describe('float32', () => {
  it('comes back to the bit, tensor after tensor', async () => {
    const odd = Float32Array.of(0, -0, 1e-45, -1e-40, 3.4e38, -1, 2 ** -126, 1 / 3);
    const all = [odd, noise(9001), noise(3)];
    const came = await through(
      all.map((data) => ({ value: value(data) })),
      'float32',
    );
    expect(came.map(words)).toEqual(all.map(words));
  });
});

describe('many small ones', () => {
  it.each(['float32', 'float16'] as const)(
    'of %s, wherever a piece of text ends in them',
    async (format) => {
      const all = Array.from({ length: 3000 }, (_, i) =>
        HALVES.subarray(20 * i, 20 * i + 1 + (i % 7)),
      );
      const came = await through(
        all.map((data) => ({ value: value(data) })),
        format,
      );
      expect(came.map(words)).toEqual(all.map(words));
    },
  );
});

describe('float16', () => {
  it('keeps every number that it has', async () => {
    const [came] = await through([{ value: value(HALVES) }], 'float16');
    expect(words(came)).toEqual(words(HALVES));
  });

  it('takes the nearest number, the even one of two that are as near', () => {
    const sorted = [...new Set(HALVES)].sort((a, b) => a - b);
    const between = sorted.slice(1).map((high, i) => ({ low: sorted[i], high }));
    const { data } = shippedValues(
      'w',
      value(Float32Array.from(between, ({ low, high }) => (low + high) / 2)),
      'float16',
      undefined,
    );
    const wrong = between.filter(({ low, high }, i) => {
      const step = high - low;
      return (
        data[i] !== (Math.abs(low / step) % 2 === 0 ? low : high) &&
        data[i] !== (Math.abs(high / step) % 2 === 0 ? high : low)
      );
    });
    expect(wrong.length).toBe(0);
    const below = between.map(({ low, high }) => Math.fround(low + 0.499 * (high - low)));
    const near = shippedValues('w', value(Float32Array.from(below)), 'float16', undefined);
    expect([...near.data]).toEqual(between.map(({ low }) => low));
  });

  it('refuses what is beyond it, and no number that goes to the largest', () => {
    const [most] = shippedValues('w', value(Float32Array.of(65_519)), 'float16', undefined).data;
    expect(most).toBe(65_504);
    expect(() =>
      packWeights(
        [{ name: 'w', value: value(Float32Array.of(70_000)), channels: undefined }],
        'float16',
      ),
    ).toThrow(/"w" holds 70000, and a float16 is at most 65504/);
  });

  it('takes 11 bits beside the plane', () => {
    const { bits, plane } = packWeights(
      [{ name: 'w', value: value(noise(800)), channels: undefined }],
      'float16',
    );
    expect([bits.length, plane.length]).toEqual([1100, 800]);
  });
});

describe('int8', () => {
  const kernel = noise(5 * 7 * 3);
  const layouts: readonly Channels[] = [
    { inner: 1, channels: 3 },
    { inner: 3, channels: 7 },
  ];

  it('is off by half a step of its own channel at most, and keeps 0 and the largest', async () => {
    for (const channels of layouts) {
      const [came] = await through([{ value: value(kernel), channels }], 'int8');
      const channelOf = (i: number) => Math.floor(i / channels.inner) % channels.channels;
      const most = new Float32Array(channels.channels);
      kernel.forEach((v, i) => {
        most[channelOf(i)] = Math.max(most[channelOf(i)], Math.abs(v));
      });
      came.forEach((v, i) => {
        const step = most[channelOf(i)] / 127;
        expect(Math.abs(v - kernel[i])).toBeLessThanOrEqual(step * 0.5001);
        if (Math.abs(kernel[i]) === most[channelOf(i)]) expect(v).toBeCloseTo(kernel[i], 5);
      });
    }
  });

  it('unpacks to the very numbers that were measured; what is no kernel stays float32', async () => {
    const bias = noise(3);
    const channels = layouts[0];
    const [came, other] = await through(
      [{ value: value(kernel), channels }, { value: value(bias) }],
      'int8',
    );
    expect(words(came)).toEqual(words(shippedValues('k', value(kernel), 'int8', channels).data));
    expect(words(other)).toEqual(words(bias));
  });

  it('takes a channel of zeros', async () => {
    const [came] = await through(
      [{ value: value(new Float32Array(6)), channels: layouts[0] }],
      'int8',
    );
    expect([...came]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
