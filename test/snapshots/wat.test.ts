/**
 * @file The code of a few small kernels as text, for both widths: read it, and see in a change what it changes.
 *
 * The listings stand in `wat/`. `npx vitest run test/snapshots -u` writes them anew.
 */
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/backends/wasm/kernel.ts';
import { explain } from '../../src/backends/wasm/program/explain.ts';
import { listWat } from '../../src/backends/wasm/program/listing.ts';
import { NO_PADS } from '../../src/base/window.ts';
import { type Attrs, inputNode, stateNode } from '../../src/graph/node.ts';
import { build, type OpName } from '../../src/ops/index.ts';

const TARGETS: Readonly<Record<string, Target>> = {
  '128-bit': { relaxedMadd: true, pairs: false, winograd: 'off' },
  pairs: { relaxedMadd: true, pairs: true, winograd: 'off' },
};

interface Listed {
  readonly op: OpName;
  /** Of the input x and the weights w. */
  readonly x: readonly number[];
  readonly w?: readonly number[];
  readonly attrs?: Attrs;
  /** The family of the kernel to list. */
  readonly family: string;
}

const convolution = { strides: [1, 1], dilation: [1, 1], pads: NO_PADS, groups: 1 };
const pooling = { window: [2, 2], strides: [2, 2], pads: NO_PADS };

const LISTED: Readonly<Record<string, Listed>> = {
  // Whole vectors in a loop, then the lanes that are left.
  relu: { op: 'relu', x: [35], family: 'elementwise' },
  // Four channels at once; the four pixels of a window written out.
  maxPool: { op: 'maxPool2d', x: [2, 6, 6, 4], attrs: pooling, family: 'maxPool2d' },
  // A register tile of two rows, the sums in locals from the first product to the store.
  matmul: { op: 'matmul', x: [2, 3], w: [3, 16], family: 'matmul' },
  convolution: {
    op: 'conv2d',
    x: [1, 4, 4, 1],
    w: [3, 3, 1, 8],
    attrs: convolution,
    family: 'directConv2d',
  },
  // Weights laid out panel by panel, in the order in which a convolution reads them.
  packedWeights: {
    op: 'conv2d',
    x: [1, 8, 8, 64],
    w: [3, 3, 64, 72],
    attrs: convolution,
    family: 'packWeights',
  },
  softmax: { op: 'softmax', x: [3, 4], family: 'softmax' },
};

/** The text of one kernel's function, with what stands above it. */
function listing({ op, x, w, attrs, family }: Listed, target: Target): string {
  const inputs = [inputNode('x', x), ...(w === undefined ? [] : [stateNode('w', w)])];
  const y = build(op, inputs, attrs, 'y');
  const explained = explain({ outputs: { y }, updates: [] }, target);
  const at = explained.program.kernels.findIndex((kernel) => kernel.family === family);
  const functions = listWat(explained).split('\n\n');
  const found = functions.find((text) => text.includes(`(export "kernel${at}")`));
  expect(found, `a kernel of the family ${family}`).toBeDefined();
  return `${found}\n`;
}

describe.each(Object.entries(TARGETS))('%s', (width, target) => {
  it.each(Object.entries(LISTED))('%s', async (name, listed) => {
    await expect(listing(listed, target)).toMatchFileSnapshot(`wat/${name}.${width}.wat`);
  });
});
