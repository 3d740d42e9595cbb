/** @file Windows at the edge of a picture, by hand: rounding up, what counts, and where a maximum stands. */
import { describe, expect, it } from 'vitest';
import { node, writeModel } from '../../../../test/onnx/writeModel.ts';
import { openSession } from '../../../backends/select.ts';
import { compileImported } from '../../onnxGraph.ts';
import { graphOfOnnx } from '../importGraph.ts';

type Settings = Parameters<typeof node>[3];

/** All outputs of an operator for the numbers of one picture of one channel. */
async function pooled(op: string, x: readonly number[], shape: number[], settings: Settings) {
  const outputs = op === 'MaxPool' ? ['y', 'at'] : ['y'];
  const model = writeModel({
    ...{ inputs: { x: [1, 1, ...shape] }, outputs, opset: 19 },
    nodes: [node(op, ['x'], outputs, settings)],
  });
  const imported = graphOfOnnx(model);
  await using session = await openSession({ backend: 'reference' });
  const program = compileImported(session, imported);
  program.input('x').set(x);
  program.run();
  const read = async (name: string) => Array.from(await program.output(name), (n) => n);
  return { numbers: await read('y'), places: op === 'MaxPool' ? await read('at') : [] };
}

describe('averages', () => {
  const x = [1, 2, 3, 4];
  const mean = async (settings: Settings) => {
    const { numbers } = await pooled('AveragePool', x, [4], settings);
    return numbers.map((n) => Math.round(1e5 * n) / 1e5);
  };
  const window = { kernel_shape: [3], strides: [2], pads: [1, 1] };

  it('round up where that is said, and count no place that is not there', async () => {
    expect(await mean(window)).toEqual([1.5, 3]);
    expect(await mean({ ...window, ceil_mode: 1 })).toEqual([1.5, 3, 4]);
  });

  it('count the padding that was asked for, and none behind it', async () => {
    const counted = { ...window, count_include_pad: 1 };
    expect(await mean(counted)).toEqual([1, 3]);
    // The last window has a 4, a place of padding, and one beyond.
    expect(await mean({ ...counted, ceil_mode: 1 })).toEqual([1, 3, 2]);
    const behind = { kernel_shape: [3], strides: [2], pads: [0, 1], count_include_pad: 1 };
    expect(await mean({ ...behind, ceil_mode: 1 })).toEqual([2, 2.33333]);
  });

  it('with gaps count padding on its own side', async () => {
    const gaps = { kernel_shape: [2], dilations: [2], pads: [0, 2] };
    expect(await mean({ ...gaps, count_include_pad: 1 })).toEqual([2, 3, 1.5, 2]);
    expect(await mean(gaps)).toEqual([2, 3, 3, 4]);
  });

  it('have no window that would begin behind the picture', async () => {
    const single = { kernel_shape: [1], strides: [2], pads: [0, 1], ceil_mode: 1 };
    expect(await mean(single)).toEqual([1, 3]);
    expect(await mean({ ...single, strides: [3], pads: [0, 2] })).toEqual([1, 4]);
  });
});

describe('maxima', () => {
  const two = { kernel_shape: [2, 2] };

  it('stand where the first of equals does, row after row or column after column', async () => {
    const x = [1, 5, 0, 5, 2, 7];
    expect(await pooled('MaxPool', x, [2, 3], two)).toEqual({ numbers: [5, 7], places: [1, 5] });
    expect(await pooled('MaxPool', x, [2, 3], { ...two, storage_order: 1 })).toEqual({
      numbers: [5, 7],
      places: [2, 5],
    });
  });
});
