import { describe, expect, it } from 'vitest';
import { constantNode, inputNode } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import type { Backend } from './backend.ts';
import { referenceBackend } from './reference/index.ts';
import { wasmBackend } from './wasm/index.ts';

describe.each<[string, Backend]>([
  ['reference', referenceBackend],
  ['wasm', wasmBackend],
])('constants of typed arrays, %s', (_, backend) => {
  it('stand in memory as they are, whole numbers too', async () => {
    const session = await backend.open({ threads: 1 });
    const logits = inputNode('logits', [3, 2]);
    const offset = constantNode(Float32Array.of(0, 100, 0, 100, 0, 100), [3, 2]);
    const labels = constantNode(Int32Array.of(1, 0, 1), [3]);
    const loss = build('softmaxCrossEntropy', [build('add', [logits, offset]), labels]);
    const program = session.compile({ outputs: { loss }, updates: [] });
    program.run();
    expect(Array.from(await program.output('loss'), (n) => Math.round(n))).toEqual([0, 100, 0]);
    await session.close();
  });
});
