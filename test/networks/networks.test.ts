/**
 * @file Random networks, whole training steps of them, on every plan against float64.
 *
 * `npm test` runs a few, always the same. `npm run test:networks` runs 300, or as many as FOVEA_NETWORKS says, from
 * FOVEA_SEED on. A failure prints the network, shrunk to its smallest.
 */
import fc from 'fast-check';
import { afterAll, describe, it } from 'vitest';
import { referenceBackend } from '../../src/backends/reference/index.ts';
import { wasmBackend } from '../../src/backends/wasm/index.ts';
import type { WasmOptions } from '../../src/backends/wasm/options.ts';
import { RandomStream } from '../../src/base/random.ts';
import { expectClose } from '../support/compare.ts';
import { type DrawnNetwork, describeNetwork, networks } from './drawNetwork.ts';
import { judge, machineOf, type NetworkResult, runNetwork, STEPS } from './runNetwork.ts';

const COUNT = Number(process.env.FOVEA_NETWORKS ?? 8);
const SEED = Number(process.env.FOVEA_SEED ?? 1);

/** Of each tensor's largest number, or a hundredth of the largest of its kind. */
const ANSWERS = 2e-5;
const GRADIENTS = 2e-4;
const MOVES = 1e-3;

const PLANS: readonly { readonly name: string; readonly options?: WasmOptions }[] = [
  { name: 'reference' },
  { name: 'pairs', options: { threads: 2 } },
  { name: 'pairs, always Winograd', options: { threads: 2, winograd: 'always' } },
  { name: '128 bits, no Winograd', options: { threads: 1, revectorize: 'off', winograd: 'off' } },
];

const largest = (tensors: Iterable<ArrayLike<number>>): number => {
  let most = 0;
  for (const tensor of tensors)
    for (let i = 0; i < tensor.length; i++) most = Math.max(most, Math.abs(tensor[i]));
  return most;
};

/** `undecided`: by label, how far apart answers may lie that are both right. */
function compare(
  found: NetworkResult,
  expected: NetworkResult,
  undecided: ReadonlyMap<string, number> = new Map(),
): void {
  const close = (
    tolerance: number,
    label: string,
    a: ArrayLike<number>,
    b: ArrayLike<number>,
    floor: number,
  ) =>
    expectClose(a, b, tolerance, label, Math.max(floor, (undecided.get(label) ?? 0) / tolerance));
  const gradients = [...expected.first].filter(([name]) => name.startsWith('gradient/'));
  const floor = 0.01 * largest(gradients.map(([, tensor]) => tensor)) + 1e-6;
  for (const [name, tensor] of expected.first) {
    if (name.startsWith('gradient/')) close(GRADIENTS, name, found.first.get(name)!, tensor, floor);
    else close(ANSWERS, name, found.first.get(name)!, tensor, 0.1);
  }
  close(GRADIENTS, 'losses', found.losses, expected.losses, 0.1);
  const moves = 0.01 * largest(expected.moved.values()) + 1e-6;
  for (const [name, tensor] of expected.moved) {
    // A state is float32: each step rounds it by half a unit of its last place, however little it moves.
    const rounding = (STEPS * 2 ** -24 * (expected.sizes.get(name) ?? 0)) / MOVES;
    const least = Math.max(moves, rounding);
    close(MOVES, afterSteps(name), found.moved.get(name)!, tensor, least);
  }
  close(MOVES, afterSteps('answers'), found.logits, expected.logits, 0.1);
}

const afterSteps = (name: string): string => `${name} after the steps`;

/** Judges whose weights are off, each in its own way, and by what share: ten times what float32 rounds. */
const JUDGES = 12;
const OFF = 10 * 2 ** -24;

/**
 * How far judges differ that begin a rounding error apart. Where a ReLU stands at 0, or two pixels of a pooling window
 * are as large, float64 decides no better than float32, and one row's share of a gradient comes or goes.
 */
async function undecidedOf(
  network: DrawnNetwork,
  expected: NetworkResult,
): Promise<ReadonlyMap<string, number>> {
  const most = new Map<string, number>();
  const note = (label: string, a: ArrayLike<number>, b: ArrayLike<number>) => {
    const apart = largest([Float64Array.from(a, (x, i) => 2 * (x - b[i]))]);
    most.set(label, Math.max(most.get(label) ?? 0, apart));
  };
  for (let i = 0; i < JUDGES; i++) {
    const random = new RandomStream(i, 'judges');
    const other = await runNetwork(judge(), network, () => OFF * random.normal());
    for (const [name, tensor] of expected.first) note(name, other.first.get(name)!, tensor);
    for (const [name, tensor] of expected.moved)
      note(afterSteps(name), other.moved.get(name)!, tensor);
    note('losses', other.losses, expected.losses);
    note(afterSteps('answers'), other.logits, expected.logits);
  }
  return most;
}

/** Throws where a plan's numbers are not the judge's, and judges that are a rounding error off do not explain it. */
async function agree(
  network: DrawnNetwork,
  found: NetworkResult,
  expected: NetworkResult,
): Promise<void> {
  try {
    compare(found, expected);
  } catch {
    compare(found, expected, await undecidedOf(network, expected));
  }
}

describe('random networks against float64', () => {
  const sessions = PLANS.map(({ name, options }) => ({
    name,
    opened: options === undefined ? referenceBackend.open() : wasmBackend.open(options),
  }));
  afterAll(async () => {
    for (const { opened } of sessions) await (await opened).close();
  });

  it(
    `${COUNT} of them, from seed ${SEED}`,
    async () => {
      const plans = await Promise.all(
        sessions.map(async ({ name, opened }) => ({ name, session: await opened })),
      );
      const holds = async (network: DrawnNetwork) => {
        const expected = await runNetwork(judge(), network);
        for (const { name, session } of plans) {
          const machine = machineOf(session);
          try {
            await agree(network, await runNetwork(machine, network), expected);
          } catch (error) {
            const problem = error instanceof Error ? error.message : String(error);
            throw new Error(`${name}: ${problem}\n${describeNetwork(network)}`);
          } finally {
            machine.free();
          }
        }
      };
      await fc.assert(fc.asyncProperty(networks, holds), {
        numRuns: COUNT,
        seed: SEED,
        endOnFailure: COUNT < 50,
      });
    },
    Math.max(600_000, 10_000 * COUNT),
  );
});
