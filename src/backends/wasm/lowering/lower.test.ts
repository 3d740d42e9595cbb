/**
 * @file Lowered graphs are checked like others: a node of the backend's own ops that is not as its op says is caught.
 */
import { describe, expect, it } from 'vitest';
import { NO_PADS } from '../../../base/window.ts';
import { verify } from '../../../compile/verify.ts';
import { type Attrs, createNode, type Graph, inputNode, type Node } from '../../../graph/node.ts';
import { input } from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { scatterLayout } from '../emit/conv2d/layouts.ts';
import {
  conv2dScatter,
  directConv2d,
  kernelGradientSum,
  packWeights,
  scatterWeights,
} from '../emit/conv2d/ops.ts';
import { winogradConv2d, winogradWeights } from '../emit/winograd/ops.ts';
import { panelLayout } from '../emit/winograd/panels.ts';
import { signatureOf } from '../families.ts';
import { type Target, tileColumns } from '../kernel.ts';
import { planProgram } from '../program/plan.ts';
import { sliceBatch } from '../program/slicing.ts';
import { loweredNode } from './step.ts';

const target: Target = { relaxedMadd: true, pairs: true };
const x = inputNode('x', [2, 8, 8, 4]);
const w = inputNode('w', [3, 3, 4, 20]);
const layer = { strides: [1, 1], dilation: [1, 1], groups: 1, pads: NO_PADS } as const;
const direct = { ...layer, kernelShape: w.shape, packed: false, winograd: 'a test' };
const columns = tileColumns(20, target);

const graphOf = (y: Node): Graph => ({ outputs: { y }, updates: [] });
const check = (y: Node) => () => verify(graphOf(y), 'lowering', signatureOf);
const changed = (node: Node, fields: Partial<Node>): Node => createNode({ ...node, ...fields });
const withAttrs = (node: Node, attrs: Attrs): Node =>
  changed(node, { attrs: { ...node.attrs, ...attrs } });

const conv = loweredNode(directConv2d, [x, w], direct, 'conv');
const packed = loweredNode(packWeights, [w], { groups: 1, columns }, 'w/packed');

describe('a lowered node', () => {
  it('passes as its rule makes it, packed weights and epilogues too', () => {
    expect(check(conv)).not.toThrow();
    const other = loweredNode(directConv2d, [x, packed], { ...direct, packed: true }, 'conv');
    const bias = inputNode('bias', [20]);
    const fused = changed(other, {
      inputs: [...other.inputs, bias],
      attrs: { ...other.attrs, epilogue: input(1) },
    });
    expect(check(fused)).not.toThrow();
  });

  it.each<[string, Node, RegExp]>([
    ['of another shape', changed(packed, { shape: [7] }), /is \(7,\), its op says \(/],
    ['of another type', changed(conv, { dtype: 'i32' }), /is i32, its op says f32/],
    ['with an attribute of another kind', withAttrs(packed, { groups: '1' }), /has groups = "1"/],
    ['with one that nobody declared', withAttrs(packed, { group: 1 }), /has group = 1/],
    ['without one', withAttrs(packed, { groups: undefined }), /has groups = undefined/],
    [
      'with half of a layout',
      withAttrs(packed, { columns: { full: 1 } }),
      /has columns = \{"full":1}/,
    ],
    ['with fewer inputs', changed(conv, { inputs: [x] }), /has 1 inputs, its op takes 2/],
    ['with more inputs', changed(conv, { inputs: [x, w, w] }), /has 3 inputs, its op takes 2/],
    ['with an epilogue it does not take', withAttrs(packed, { epilogue: input(0) }), /takes none/],
    [
      'with an epilogue that reads what it cannot',
      changed(withAttrs(conv, { epilogue: input(1) }), {
        inputs: [x, w, inputNode('b', [2, 1, 1, 20])],
      }),
      /cannot read b \(2, 1, 1, 20\)/,
    ],
    ['of no op', changed(conv, { op: 'directConv3d' }), /directConv3d/],
  ])('is caught: %s', (_, node, message) => {
    expect(check(node)).toThrow(message);
  });
});

describe('layouts that do not belong together are caught', () => {
  const tooMany = { ...columns, full: 2 };
  const dy = inputNode('dy', [2, 6, 6, 20]);
  const scatter = scatterLayout(w.shape, 1, 1, target);
  const transposed = loweredNode(scatterWeights, [w], { groups: 1, layout: scatter }, 'w/t');
  const back = { ...layer, inputShape: x.shape, kernelShape: w.shape, layout: scatter };
  const partials = inputNode('partials', [sliceBatch(2).slices, 9 * 4 * 32]);
  const tiles = inputNode('tiles', [2, 6, 6, 16]);
  const u = inputNode('u', [3, 3, 16, 16]);
  const layout = panelLayout(u.shape, 1, 6, target);
  const variant = 'F(4x4,3x3)';
  const transformed = loweredNode(winogradWeights, [u], { variant, groups: 1, layout }, 'u/t');
  const winograd = { variant, groups: 1, kernelShape: u.shape, reason: '', layout } as const;

  it.each<[string, () => Node, RegExp]>([
    [
      'weights in panels, read in place',
      () => loweredNode(directConv2d, [x, packed], direct, 'y'),
      /weights 864 for a kernel 3,3,4,20/,
    ],
    [
      'padding of its own',
      () =>
        loweredNode(
          directConv2d,
          [x, w],
          {
            ...direct,
            pads: [
              [1, 1],
              [1, 1],
            ],
          },
          'y',
        ),
      /padding of its own/,
    ],
    [
      'a gradient of another result',
      () => loweredNode(conv2dScatter, [inputNode('dy', [2, 5, 6, 20]), transposed], back, 'dx'),
      /dy 2,5,6,20 for an image 2,8,8,4/,
    ],
    [
      'partial sums of other tiles',
      () =>
        loweredNode(kernelGradientSum, [partials], { ...back, columns: tooMany } as never, 'dw'),
      /partial sums 2,1152/,
    ],
    [
      'tiles that are not whole',
      () =>
        loweredNode(winogradConv2d, [tiles, transformed], { ...winograd, outputSize: [5, 4] }, 'y'),
      /6x6 pixels for tiles of 10x6/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('while those that do give the shapes of the layer', () => {
    expect(loweredNode(conv2dScatter, [dy, transposed], back, 'dx').shape).toEqual(x.shape);
    const attrs = { ...winograd, outputSize: [4, 4] } as const;
    expect(loweredNode(winogradConv2d, [tiles, transformed], attrs, 'y').shape).toEqual([
      2, 4, 4, 16,
    ]);
  });
});

it('a program is planned from a graph that has passed', () => {
  const y = build('conv2d', [x, w], layer);
  const { graph } = planProgram(graphOf(y), target);
  expect(graph.outputs.y.op).toBe('directConv2d');
  expect(check(graph.outputs.y)).not.toThrow();
});
