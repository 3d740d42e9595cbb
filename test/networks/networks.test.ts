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
import { expectClose } from '../support/compare.ts';
import { type DrawnNetwork, describeNetwork, networks } from './drawNetwork.ts';
import { judge, machineOf, type NetworkResult, runNetwork, STEPS } from './runNetwork.ts';

const COUNT = Number(process.env.FOVEA_NETWORKS ?? 16);
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

function compare(found: NetworkResult, expected: NetworkResult): void {
  const close = (
    tolerance: number,
    label: string,
    a: ArrayLike<number>,
    b: ArrayLike<number>,
    floor: number,
  ) => expectClose(a, b, tolerance, label, floor);
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
    close(MOVES, `${name} after the steps`, found.moved.get(name)!, tensor, least);
  }
  close(MOVES, 'answers after the steps', found.logits, expected.logits, 0.1);
}

describe('random networks against float64', () => {
  const sessions = PLANS.map(({ name, options }) => ({
    name,
    opened: options === undefined ? referenceBackend.open() : wasmBackend.open(options),
  }));
  afterAll(async () => {
    for (const { opened } of sessions) await (await opened).close();
  });

  it(`${COUNT} of them, from seed ${SEED}`, async () => {
    const plans = await Promise.all(
      sessions.map(async ({ name, opened }) => ({ name, session: await opened })),
    );
    const holds = async (network: DrawnNetwork) => {
      const expected = await runNetwork(judge(), network);
      for (const { name, session } of plans) {
        const machine = machineOf(session);
        try {
          compare(await runNetwork(machine, network), expected);
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
  }, 600_000);
});
