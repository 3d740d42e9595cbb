/**
 * @file Numbers rounded to half precision have the same bits everywhere, to the last of them: on every backend, against
 * the 16 bits that files hold.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { webgpuBackend } from '../../src/backends/webgpu/index.ts';
import { halfToNumber, roundToHalf } from '../../src/base/halfFloat.ts';
import { RandomStream } from '../../src/base/random.ts';
import { inputNode } from '../../src/graph/node.ts';
import * as e from '../../src/ops/expression.ts';
import { build } from '../../src/ops/index.ts';
import { backends } from '../backends.ts';
import { skipped } from '../support/doors.ts';
import { softwareGpu } from '../support/softwareGpu.ts';

/** The float32 number that follows, away from zero. */
function next(x: number): number {
  const numbers = Float32Array.of(x);
  new Uint32Array(numbers.buffer)[0]!++;
  return numbers[0]!;
}

/** Some half-precision numbers, what lies in the middle of two, and its neighbours; every power of two; and far ones. */
function points(): Float32Array {
  const found: number[] = [0, -0, 65519.99609375, 65520, 65536, 1e10, 3.4e38];
  found.push(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN);
  for (let bits = 0; bits < 0x7bff; bits += bits < 40 ? 1 : 37) {
    const [low, high] = [halfToNumber(bits), halfToNumber(bits + 1)];
    const middle = (low + high) / 2;
    const below = middle - (next(middle) - middle) / 2;
    for (const x of [low, below, middle, next(middle)]) found.push(x, -x);
  }
  for (let k = -24; k <= 17; k++) found.push(2 ** k, next(2 ** k));
  const random = new RandomStream(1, 'halves');
  for (let i = 0; i < 1000; i++) found.push(random.normal() * 2 ** (random.integer(44) - 27));
  return Float32Array.from(found);
}

const { gpu, reason } = await softwareGpu().then((found) =>
  typeof found === 'string' ? { gpu: undefined, reason: found } : { gpu: found, reason: undefined },
);
if (reason !== undefined) skipped('half precision by WebGPU', reason);
const quick = backends.filter(({ name }) => name !== 'webgpu');
const tested = [
  ...quick.map(({ name, open }) => ({ name, open })),
  ...(gpu === undefined ? [] : [{ name: 'webgpu', open: () => webgpuBackend.open({ gpu }) }]),
];

describe.each(tested)('half precision on $name', ({ open }) => {
  const opened = open();
  afterAll(async () => (await opened).close());

  it('is the nearest number, of two as near the even one', async () => {
    const numbers = points();
    const x = inputNode('x', [numbers.length]);
    const outputs = {
      y: build('roundToHalf', [x]),
      finite: build('elementwise', [x], { expression: e.finite(e.input(0)) }),
    };
    const program = (await opened).compile({ outputs, updates: [] });
    program.input('x').set(numbers);
    program.run();
    const y = await program.output('y');
    const finite = await program.output('finite');
    const wrong = [...numbers].filter((x, i) => !Object.is(y[i]! + 0, roundToHalf(x) + 0));
    expect(wrong).toEqual([]);
    expect([...finite]).toEqual([...numbers].map((x) => +Number.isFinite(x)));
  });
});

it('the nearest number is the one that is nearest', () => {
  const all = Array.from({ length: 0x7c00 }, (_, bits) => halfToNumber(bits));
  for (const [i, x] of points().entries()) {
    if (i % 10 > 0 || !(x >= 0 && x < 65504)) continue;
    const at = all.findLastIndex((half) => half <= x);
    const [below, above] = [all[at]!, all[at + 1]!];
    const [down, up] = [x - below, above - x];
    const nearest = down < up || (down === up && at % 2 === 0) ? below : above;
    if (roundToHalf(x) !== nearest) expect([x, roundToHalf(x)]).toEqual([x, nearest]);
  }
});
