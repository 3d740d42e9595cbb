import { afterAll, describe, expect, it } from 'vitest';
import type { Session } from '../../backends/backend.ts';
import { openSession } from '../../backends/select.ts';
import { baseKey, RandomStream, stepKey, streamOf, uniformAt } from '../../base/random.ts';
import { sgd } from '../../nn/optimizers/sgd.ts';
import { type MachineEpoch, trainMachine } from './boltzmann.ts';
import {
  divergenceGraph,
  divergenceNodes,
  MACHINE_STATES,
  type Machine,
} from './contrastiveDivergence.ts';

const SESSIONS = {
  reference: openSession({ backend: 'reference' }),
  wasm: openSession({ threads: 1 }),
};
afterAll(async () => {
  for (const session of Object.values(SESSIONS)) await (await session).close();
});

const [N, H, C, KH, K, OH] = [3, 6, 2, 3, 4, 4];
const machineOf = (changes: Partial<Machine> = {}): Machine => ({
  inputShape: [H, H, C],
  kernelShape: [KH, KH, C, K],
  convolution: {
    strides: [1, 1],
    dilation: [1, 1],
    pads: [
      [0, 0],
      [0, 0],
    ],
    groups: 1,
  }, // prettier-ignore
  visible: 'binary',
  pooling: 2,
  ...changes,
});

const random = new RandomStream(5, 'boltzmann');
const numbers = (length: number, low: number, high: number) =>
  Float32Array.from({ length }, () => random.uniform(low, high));
const x = numbers(N * H * H * C, 0, 1);
const W = numbers(KH * KH * C * K, -0.8, 0.8);
const b = numbers(K, -0.5, 0.5);
const c = numbers(C, -0.5, 0.5);
const SEED = 11;

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
const hAt = (n: number, i: number, j: number, k: number) => ((n * OH + i) * OH + j) * K + k;
const vAt = (n: number, i: number, j: number, ch: number) => ((n * H + i) * H + j) * C + ch;

/** Visits every connection of a visible and a hidden unit with its weight. */
function eachConnection(visit: (v: number, h: number, w: number) => void): void {
  for (let n = 0; n < N; n++)
    for (let i = 0; i < OH; i++)
      for (let j = 0; j < OH; j++)
        for (let k = 0; k < K; k++)
          for (let p = 0; p < KH; p++)
            for (let q = 0; q < KH; q++)
              for (let ch = 0; ch < C; ch++)
                visit(vAt(n, i + p, j + q, ch), hAt(n, i, j, k), ((p * KH + q) * C + ch) * K + k);
}

/** The units of each block, by their places. */
function eachBlock(side: number, visit: (units: number[], block: number) => void): void {
  const blocks = OH / side;
  for (let n = 0; n < N; n++)
    for (let i = 0; i < blocks; i++)
      for (let j = 0; j < blocks; j++)
        for (let k = 0; k < K; k++) {
          const units: number[] = [];
          for (let p = 0; p < side; p++)
            for (let q = 0; q < side; q++) units.push(hAt(n, i * side + p, j * side + q, k));
          visit(units, ((n * blocks + i) * blocks + j) * K + k);
        }
}

/** CD-1 by plain loops in float64, written from the papers. */
function plainStep(machine: Machine, step: number) {
  const { pooling, visible } = machine;
  const chance = (name: string) => (index: number) =>
    uniformAt(stepKey(baseKey(SEED, streamOf(`rbm/${name}`)), step), index);
  const up = (v: ArrayLike<number>) => {
    const sums = Float64Array.from({ length: N * OH * OH * K }, (_, i) => b[i % K]);
    eachConnection((vi, hi, wi) => {
      sums[hi] += v[vi] * W[wi];
    });
    const P = new Float64Array(sums.length);
    eachBlock(pooling, (units) => {
      const total = units.reduce((sum, u) => sum + Math.exp(sums[u]), 1);
      for (const u of units) P[u] = Math.exp(sums[u]) / total;
    });
    return { sums, P };
  };
  const { sums, P: hidden } = up(x);
  const drawn = new Float64Array(hidden.length);
  if (pooling === 1) {
    hidden.forEach((p, i) => {
      drawn[i] = chance('units')(i) < p ? 1 : 0;
    });
  } else {
    eachBlock(pooling, (units, block) => {
      const times = units.map((u) => -Math.log(chance('units')(u)) / Math.exp(sums[u]));
      const first = times.indexOf(Math.min(...times));
      if (times[first] < -Math.log(chance('none')(block))) drawn[units[first]] = 1;
    });
  }
  const down = Float64Array.from(x, (_, i) => c[i % C]);
  eachConnection((vi, hi, wi) => {
    down[vi] += drawn[hi] * W[wi];
  });
  const reconstruction = visible === 'binary' ? down.map(sigmoid) : down;
  const { P: again } = up(reconstruction);
  const [positive, negative] = [new Float64Array(W.length), new Float64Array(W.length)];
  eachConnection((vi, hi, wi) => {
    positive[wi] += x[vi] * hidden[hi];
    negative[wi] += reconstruction[vi] * again[hi];
  });
  return { hidden, drawn, reconstruction, positive, negative, again };
}

const meanOver = (values: ArrayLike<number>, maps: number, map: number): number => {
  const own = Array.from(values).filter((_, i) => i % maps === map);
  return own.reduce((sum, value) => sum + value, 0) / own.length;
};

function write(session: Pick<Session, 'writeState'>): void {
  session.writeState(MACHINE_STATES.kernel, W);
  session.writeState(MACHINE_STATES.bias, b);
  session.writeState(MACHINE_STATES.visible, c);
}

const PARTS = ['hidden', 'drawn', 'reconstruction', 'positive', 'negative'] as const;
const VARIANTS: readonly Partial<Machine>[] = [{}, { pooling: 1 }, { visible: 'gaussian' }];

describe.each(['reference', 'wasm'] as const)('a step of CD-1 on %s', (backend) => {
  it.each(VARIANTS)('has the statistics of plain loops: %o', async (changes) => {
    const machine = machineOf(changes);
    const scope = (await SESSIONS[backend]).scopeOf();
    const nodes = divergenceNodes(machine, N, SEED);
    const outputs = Object.fromEntries(PARTS.map((part) => [part, nodes[part]]));
    const program = scope.compile({ outputs, updates: [] });
    write(scope);
    program.input('x').set(x);
    program.input('step')[0] = 7;
    program.run();
    const plain = plainStep(machine, 7);
    for (const part of PARTS) {
      const found = await program.output(part);
      let worst = 0;
      plain[part].forEach((value, i) => {
        worst = Math.max(worst, Math.abs(found[i] - value));
      });
      expect(worst, part).toBeLessThan(part === 'drawn' ? 1e-9 : 1e-4);
    }
    expect(plain.drawn.filter(Boolean).length).toBeGreaterThan(5);
    scope.free();
  });

  it('moves weights by them, and the hidden biases towards their activity', async () => {
    const sparsity = { target: 0.02, weight: 3 };
    const machine = machineOf({ sparsity });
    const scope = (await SESSIONS[backend]).scopeOf();
    const program = scope.compile(divergenceGraph(machine, sgd(), N, SEED));
    write(scope);
    program.input('x').set(x);
    program.input('step')[0] = 0;
    program.input('learningRate')[0] = 0.5;
    program.run();
    const { positive, negative, hidden, again, reconstruction } = plainStep(machine, 0);
    const kernel = await scope.readState(MACHINE_STATES.kernel);
    W.forEach((w, i) => {
      expect(kernel[i]).toBeCloseTo(w + (0.5 * (positive[i] - negative[i])) / (N * OH * OH), 5);
    });
    const bias = await scope.readState(MACHINE_STATES.bias);
    for (let k = 0; k < K; k++) {
      const [up, down] = [meanOver(hidden, K, k), meanOver(again, K, k)];
      expect(bias[k]).toBeCloseTo(b[k] + 0.5 * (up - down + 3 * (0.02 - up)), 5);
    }
    const visible = await scope.readState(MACHINE_STATES.visible);
    for (let ch = 0; ch < C; ch++) {
      const difference = meanOver(x, C, ch) - meanOver(reconstruction, C, ch);
      expect(visible[ch]).toBeCloseTo(c[ch] + 0.5 * difference, 5);
    }
    const squares = x.map((v, i) => (v - reconstruction[i]) ** 2);
    const error = squares.reduce((sum, s) => sum + s, 0) / x.length;
    expect((await program.output('error'))[0]).toBeCloseTo(error, 5);
    scope.free();
  });
});

it('draws one unit of a block at most, as often as its probability says', async () => {
  const scope = (await SESSIONS.reference).scopeOf();
  const { hidden, drawn, reconstruction } = divergenceNodes(machineOf(), N, SEED);
  const program = scope.compile({ outputs: { hidden, drawn, reconstruction }, updates: [] });
  write(scope);
  program.input('x').set(x);
  const on = new Float64Array(N * OH * OH * K);
  const draws = 400;
  for (let step = 0; step < draws; step++) {
    program.input('step')[0] = step;
    program.run();
    const units = await program.output('drawn');
    eachBlock(2, (block) => {
      expect(block.filter((u) => units[u] !== 0).length).toBeLessThanOrEqual(1);
    });
    for (let i = 0; i < on.length; i++) on[i] += units[i] / draws;
  }
  const P = await program.output('hidden');
  const misses = on.filter(
    (share, i) => Math.abs(share - P[i]) > 4 * Math.sqrt((P[i] * (1 - P[i])) / draws),
  ); // prettier-ignore
  expect(misses.length).toBeLessThan(3);
  scope.free();
});

describe('training', () => {
  // Upright bars.
  const side = 14;
  const pictures = new Float32Array(64 * side * side).map((_, i) =>
    i % side === (Math.floor(i / side ** 2) * 5) % side ? 1 : 0,
  );
  const machine = machineOf({ inputShape: [side, side, 1], kernelShape: [KH, KH, 1, 8] });
  const optimizer = sgd({ learningRate: 0.5, momentum: 0.9 });
  const options = { epochs: 20, batchSize: 32, optimizer, seed: 4 };

  async function run(session: Session) {
    const epochs: MachineEpoch[] = [];
    const running = trainMachine(session, machine, pictures, options);
    for (;;) {
      const { done, value } = await running.next();
      if (done === true) return { epochs, trained: value };
      epochs.push(value);
    }
  }

  it('lowers the error, to the same bits with any number of threads', async () => {
    const [one, two] = [await openSession({ threads: 1 }), await openSession({ threads: 2 })];
    const [a, other] = [await run(one), await run(two)];
    await one.close();
    await two.close();
    expect(a.epochs).toHaveLength(20);
    expect(a.epochs[19].error).toBeLessThan(a.epochs[0].error / 2);
    expect(other).toEqual(a);
  });

  it('refuses blocks that do not fit', async () => {
    const session = await SESSIONS.reference;
    const wrong = trainMachine(session, { ...machine, pooling: 5 }, pictures, options);
    await expect(wrong.next()).rejects.toThrow(
      /blocks of 5 x 5 units in hidden maps of \(12, 12, 8\)/,
    );
  });
});
