/**
 * @file Values stored as half precision: which they are, in how many bytes, and that every kernel writes and reads what
 * the graph says, bit by bit where sums are exact.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { large, skipped } from '../../../test/support/doors.ts';
import { softwareGpu } from '../../../test/support/softwareGpu.ts';
import { roundToHalf } from '../../base/halfFloat.ts';
import { RandomStream } from '../../base/random.ts';
import { type Graph, inputNode, type Node, rootsOf, topologicalOrder } from '../../graph/node.ts';
import { modelOf } from '../../models/index.ts';
import { adam } from '../../nn/optimizers/adam.ts';
import { precisionOf } from '../../nn/precision/choice.ts';
import { trainingGraph } from '../../nn/programs/programs.ts';
import { build } from '../../ops/index.ts';
import type { Session } from '../backend.ts';
import { referenceBackend } from '../reference/index.ts';
import { webgpuBackend } from './index.ts';
import { LEAST, type Target, trafficOf } from './kernel.ts';
import type { WebgpuOptions } from './options.ts';
import { moduleOf } from './program/bindings.ts';
import { planProgram } from './program/plan.ts';

const half = (x: Node): Node => build('roundToHalf', [x], {}, `${x.name}/half`);
const NO_PADS = [
  [0, 0],
  [0, 0],
];
const ONE = [
  [1, 1],
  [1, 1],
];
const conv = { strides: [1, 1], pads: ONE, dilation: [1, 1], groups: 1 };
const pool = { window: [2, 2], strides: [2, 2], pads: NO_PADS };
const normalization = { size: 5, k: 2, alpha: 1e-2, beta: 0.75 };

interface Case {
  /** The value that is to be stored as half precision. */
  make(): Node;
  /** Whether results are exact before they are rounded. */
  readonly exact?: boolean;
}

const x = (shape: readonly number[], name = 'x'): Node => inputNode(name, shape);
const relu = (y: Node, bias: Node): Node => build('relu', [build('add', [y, bias])], {}, 'y');

const CASES: Readonly<Record<string, Case>> = {
  'a matrix product with its bias': {
    make: () => half(relu(build('matmul', [x([24, 12]), x([12, 20], 'w')]), x([20], 'b'))),
  },
  'a product whose depth is split': {
    make: () => half(relu(build('matmul', [x([4, 1024]), x([1024, 8], 'w')]), x([8], 'b'))),
  },
  'a product beside another value': {
    make: () =>
      half(
        build('mul', [build('matmul', [x([24, 12]), x([12, 20], 'w')]), half(x([24, 20], 'd'))]),
      ),
  },
  'a convolution': {
    make: () =>
      half(relu(build('conv2d', [x([2, 5, 5, 3]), x([3, 3, 3, 8], 'w')], conv), x([8], 'b'))),
  },
  'the gradient of a convolution of stride 2': {
    make: () =>
      half(
        build('conv2dInputGradient', [x([2, 3, 3, 8]), x([3, 3, 4, 8], 'w')], {
          ...conv,
          strides: [2, 2],
          inputShape: [2, 5, 5, 4],
        }),
      ),
  },
  'a maximum, which picks': { make: () => build('maxPool2d', [half(x([2, 5, 4, 3]))], pool) },
  'a mean': {
    make: () =>
      half(build('averagePool2d', [x([2, 5, 4, 3])], { ...pool, countIncludePad: false })),
  },
  'the gradient of a maximum': {
    make: () => {
      const picture = half(x([2, 4, 6, 3]));
      const most = build('maxPool2d', [picture], pool);
      return half(
        build('maxPool2dGradient', [picture, most, x([2, 2, 3, 3], 'dy')], {
          ...pool,
          inputShape: picture.shape,
        }),
      );
    },
  },
  'a normalisation': {
    make: () => half(build('localResponseNormalization', [x([2, 3, 3, 7])], normalization)),
    exact: false,
  },
  'the gradient of a normalisation': {
    make: () => {
      const inputs = [half(x([2, 3, 3, 7])), x([2, 3, 3, 7], 'dy')];
      return half(build('localResponseNormalizationGradient', inputs, normalization));
    },
    exact: false,
  },
  'arithmetic over a size that is no four': {
    make: () => half(build('mul', [x([3, 5, 7]), x([5, 1], 'w')])),
  },
  'another shape of the same numbers': {
    make: () => build('reshape', [half(build('mul', [x([6, 6]), x([], 'w')]))], { shape: [4, 9] }),
  },
};

/** Read by two, whole, as pairs and by fours, so that it has to be stored. */
function graphOf({ make }: Case): Graph {
  const stored = make();
  const n = stored.shape.at(-1) ?? 1;
  const rows = build('reshape', [stored], {
    shape: [stored.shape.reduce((a, b) => a * b, 1) / n, n],
  });
  return {
    outputs: {
      minus: build('neg', [stored]),
      squares: build('matmul', [rows, rows], { transposeA: true }),
    },
    updates: [],
  };
}

/** Multiples of 1/16 below 4: sums are exact, and have more digits than half precision. */
function fill(session: Session, graph: Graph) {
  const program = session.compile(graph);
  for (const { op, name } of topologicalOrder(rootsOf(graph))) {
    if (op !== 'input') continue;
    const random = new RandomStream(1, name);
    const numbers = program.input(name);
    for (let i = 0; i < numbers.length; i++) numbers[i] = (random.integer(127) - 63) / 16;
  }
  return program;
}

async function numbersOf(session: Session, graph: Graph) {
  const program = fill(session, graph);
  program.run();
  const [minus, squares] = [await program.output('minus'), await program.output('squares')];
  program.close();
  return { minus: [...minus], squares: [...squares] };
}

function expectClose(found: readonly number[], wanted: readonly number[], share: number): void {
  const most = Math.max(...wanted.map(Math.abs));
  const worst = Math.max(...found.map((y, i) => Math.abs(y - wanted[i]!)));
  expect(worst).toBeLessThanOrEqual(share * most);
}

const dtypesOf = (graph: Graph, target: Target) =>
  planProgram(graph, target).kernels.flatMap(({ outputs }) => outputs.map(({ dtype }) => dtype));

/** Each case on a session of its own settings. */
function onSessions(adapters: GPU, options: WebgpuOptions, names: RegExp): void {
  const opened = webgpuBackend.open({ gpu: adapters, ...options });
  afterAll(async () => (await opened).close());
  const cases = Object.entries(CASES).filter(([name]) => names.test(name));
  it.each(cases)('%s', async (_, each) => {
    const session = await opened;
    const graph = graphOf(each);
    expect(dtypesOf(graph, session.target)).toContain('f16');
    await using reference = await referenceBackend.open();
    const [found, wanted] = [await numbersOf(session, graph), await numbersOf(reference, graph)];
    const isExact = each.exact !== false && options.winograd !== 'always';
    if (isExact) expect(found.minus.map((y) => y + 0)).toEqual(wanted.minus.map((y) => y + 0));
    // Where sums are not exact, a number in the middle of two may be rounded to the other one.
    expectClose(found.minus, wanted.minus, 2 ** -10);
    expectClose(found.squares, wanted.squares, isExact ? 1e-6 : 2 ** -9);
    expect(wanted.minus.filter((y) => y !== 0).length).toBeGreaterThan(wanted.minus.length / 5);
  });
}

const gpu = await softwareGpu();
if (typeof gpu === 'string') skipped('half precision in the memory of WebGPU', gpu);
else {
  // So few that kernels are cut into parts.
  const pieces = { limits: { maxBinding: 128, maxBuffers: 8 } };
  describe('half precision in one buffer each', () =>
    onSessions(gpu, {}, /^the gradient of a conv|split|maximum|mean|^arithmetic|shape|^a norm/));
  describe('half precision in pieces of 128 bytes', () =>
    onSessions(gpu, pieces, /^a mean|^arithmetic/));
  it('keeps infinities and NaN, and what is too small for all digits', async () => {
    const far = [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      1e6,
      -65520,
      65519,
    ];
    const numbers = [
      ...far,
      6e-5,
      -6.1e-5,
      1e-7,
      6e-8,
      2 ** -25,
      2 ** -24,
      3 * 2 ** -25,
      0.1,
      0,
      2049,
    ];
    await using session = await webgpuBackend.open({ gpu });
    // Turned, since a copy reads what lies in memory.
    const turned = build('transpose', [half(x([4, 4]))], { axes: [1, 0] });
    const graph = { outputs: { turned }, updates: [] };
    expect(dtypesOf(graph, session.target)).toEqual(['f16', 'f32']);
    const program = session.compile(graph);
    program.input('x').set(numbers);
    program.run();
    const found = await program.output('turned');
    const wanted = numbers.map((_, i) =>
      roundToHalf(Math.fround(numbers[(i % 4) * 4 + (i >> 2)]!)),
    );
    expect([...found].map((y) => y + 0)).toEqual(wanted.map((y) => y + 0));
  });
  large('half precision in the memory of WebGPU', () => {
    describe('half precision of every kernel', () => onSessions(gpu, {}, /./));
    describe('half precision of more in pieces', () =>
      onSessions(gpu, { limits: { maxBinding: 512 } }, /^a matrix|maximum,/));
    describe("half precision by Winograd's way", () =>
      onSessions(gpu, { winograd: 'always' }, /^a convolution/));
  });
}

describe('what is stored as half precision', async () => {
  const precision = await precisionOf('float16');
  const spec = modelOf('alexnet-cifar10');
  const target: Target = { ...LEAST, maxBinding: 2 ** 30 };
  const planOf = (chosen?: typeof precision) =>
    planProgram(trainingGraph(spec, { optimizer: adam(), precision: chosen }, 128), target);
  const [plain, mixed] = [planOf(), planOf(precision)];
  const bytesOf = ({ kernels }: typeof plain, what: RegExp): number =>
    kernels
      .filter(({ family }) => what.test(family))
      .reduce((sum, kernel) => sum + trafficOf(kernel), 0);

  it('is what the graph rounds, and takes half the bytes', () => {
    const pools = /Pool2d/;
    expect(bytesOf(mixed, pools)).toBe(bytesOf(plain, pools) / 2);
    // But for their biases.
    expect(bytesOf(mixed, /^conv2d$/) / bytesOf(plain, /^conv2d$/)).toBeCloseTo(0.5, 3);
    expect(mixed.memory.bytes).toBeLessThan(plain.memory.bytes);
    expect(plain.kernels.flatMap(({ outputs }) => outputs.map(({ dtype }) => dtype))).not.toContain(
      'f16',
    );
  });

  it('is no output, no state and nothing that a step hands on', () => {
    const { outputs, updates } = mixed.graph;
    for (const node of [...Object.values(outputs), ...updates.map(({ value }) => value)])
      expect(node.dtype).not.toBe('f16');
  });

  it('is not what somebody reads as it was, and not what is written one by one', () => {
    const mean = build('averagePool2d', [x([2, 4, 4, 3])], { ...pool, countIncludePad: false });
    const both = build('add', [half(mean), mean]);
    expect(dtypesOf({ outputs: { both }, updates: [] }, target)).toEqual(['f32', 'f32']);
    const odd = build('matmul', [x([512, 256]), x([256, 129], 'w')], {}, 'odd');
    const stored = build('transpose', [half(odd)], { axes: [1, 0] });
    const program = planProgram({ outputs: { stored }, updates: [] }, target);
    expect(program.kernels.map(({ plan }) => plan.way)).toEqual(['tiles', undefined]);
    expect(program.kernels.map(({ outputs: [made] }) => made!.dtype)).toEqual(['f32', 'f32']);
    // It is rounded all the same.
    const codes = program.dispatches.map((dispatch) => moduleOf(dispatch, program).code);
    expect(codes.join()).toContain('roundedToHalf(sum)');
  });

  it('is no gradient that an update alone reads: it stays in registers', () => {
    const written = mixed.kernels.flatMap(({ outputs }) => outputs.map(({ name }) => name));
    expect(written.filter((name) => name.endsWith('/unscaled'))).toEqual([]);
  });
});
