/**
 * @file Convolutions by a table of connections, as products over all maps whose missing kernels are zero.
 *
 * The table stands in the text: for an input map and an output map, which of the kernels it is, or -1. The kernel
 * gradient makes all sums and keeps those of kernels that exist. Previous stop: `convolution.ts`.
 */
import { fourAxes } from '../../../../base/shape.ts';
import { NO_PADS } from '../../../../base/window.ts';
import { type Node, twoInputs } from '../../../../graph/node.ts';
import {
  type Connections,
  connectedConv2d,
  connectedConv2dInputGradient,
  connectedConv2dKernelGradient,
} from '../../../../ops/windows/connectedConv2d.ts';
import type { Conv2dAttrs } from '../../../../ops/windows/conv2d.ts';
import {
  forwardProduct,
  inputGradientProducts,
  kernelGradientProduct,
  type Shapes,
} from './convolution.ts';
import type { Factor, Product } from './factor.ts';
import { defineProducts } from './kernel.ts';

const PLAIN: Conv2dAttrs = { strides: [1, 1], dilation: [1, 1], pads: NO_PADS, groups: 1 };

/** As a convolution that has all kernels. */
function wholeShapes(x: Node['shape'], w: Node['shape'], y: Node['shape']): Shapes {
  const [KH = 1, KW = 1] = w;
  return { x, w: [KH, KW, fourAxes(x)[3], fourAxes(y)[3]], y };
}

/** `kernelOf(map, output) -> i32`: the kernel's number, or -1. */
function tableText(connections: Connections, channels: number): string {
  const numbers = new Map<number, number>();
  let next = 0;
  connections.forEach((maps, o) => {
    for (const map of maps) numbers.set(map * connections.length + o, next++);
  });
  const size = channels * connections.length;
  const entries = Array.from({ length: size }, (_, k) => numbers.get(k) ?? -1);
  return `const KERNELS = array<i32, ${size}>(${entries.join(', ')});
fn kernelOf(map: u32, output: u32) -> i32 { return KERNELS[map * ${connections.length}u + output]; }`;
}

/** The kernels (KH, KW, P) as a factor: `tap`, `map` and `output` in terms of line and depth. */
function kernels(kernelsInAll: number, along: Factor['along'], where: readonly string[]): Factor {
  return {
    along,
    quads: false,
    gaps: true,
    place: 'return vec4i(i32(line), 0, 0, 0);',
    at: [
      'let line = u32(place.x);',
      ...where,
      'let kernel = kernelOf(map, output);',
      `return select(i32(tap) * ${kernelsInAll} + kernel, -1, kernel < 0);`,
    ].join('\n  '),
  };
}

export const connectedConv2dKernel = defineProducts(connectedConv2d, (node, { connections }) => {
  const [x, w] = twoInputs(node);
  const C = fourAxes(x.shape)[3];
  const product = forwardProduct(wholeShapes(x.shape, w.shape, node.shape), PLAIN);
  const where = [`let tap = depth / ${C}u;`, `let map = depth % ${C}u;`, 'let output = line;'];
  return [
    {
      ...product,
      right: kernels(connections.flat().length, 'line', where),
      tables: [tableText(connections, C)],
    },
  ];
});

export const connectedConv2dInputGradientKernel = defineProducts(
  connectedConv2dInputGradient,
  (node, { connections }) => {
    const [dy, w] = twoInputs(node);
    const O = connections.length;
    const C = fourAxes(node.shape)[3];
    const shapes = wholeShapes(node.shape, w.shape, dy.shape);
    const where = [`let tap = depth / ${O}u;`, `let output = depth % ${O}u;`, 'let map = line;'];
    return inputGradientProducts(shapes, PLAIN).map((product) => ({
      ...product,
      right: kernels(connections.flat().length, 'depth', where),
      tables: [tableText(connections, C)],
    }));
  },
);

export const connectedConv2dKernelGradientKernel = defineProducts(
  connectedConv2dKernelGradient,
  (node, { connections }) => {
    const [x, dy] = twoInputs(node);
    const C = fourAxes(x.shape)[3];
    const kernelsInAll = connections.flat().length;
    const product: Product = kernelGradientProduct(
      wholeShapes(x.shape, node.shape, dy.shape),
      PLAIN,
    );
    return [
      {
        ...product,
        result: {
          quads: false,
          at: `return row / ${C}u * ${kernelsInAll}u;`,
          columnAt: `return kernelOf(row % ${C}u, column);`,
        },
        tables: [tableText(connections, C)],
      },
    ];
  },
);
