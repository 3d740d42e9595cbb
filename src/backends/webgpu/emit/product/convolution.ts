/**
 * @file Convolutions as products: the picture's windows by the kernel, dy's windows by the kernel turned over, and
 * the picture's taps by dy.
 *
 *                    rows              columns          depth             left      right
 *   conv2d           pixels of y       filters          taps, channels    windows   w
 *   input gradient   pixels of dx      channels         taps, filters     windows   w, turned
 *   kernel gradient  taps, channels    filters          pixels of y       taps      dy
 *
 * Nothing is copied out of a picture first: each tile reads its pixels where they are.
 * Next stops: `patches.ts`; `../conv2d/conv2d.ts`, which chooses between this and Winograd's way.
 */
import { fourAxes, type Shape } from '../../../../base/shape.ts';
import type { Conv2dAttrs } from '../../../../ops/windows/conv2d.ts';
import { type Factor, inPictures, type Product, QUAD, type Result, runOf } from './factor.ts';
import {
  type Patches,
  type Residue,
  residuesOf,
  tapsFactor,
  windowAxis,
  windowsFactor,
} from './patches.ts';

/** Forward shapes, whichever of the three is computed. */
export interface Shapes {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
}

/** The windows of x that y's pixels look at. */
export function forwardPatches({ x, w, y }: Shapes, attrs: Conv2dAttrs): Patches {
  const { strides, dilation, pads, groups } = attrs;
  const [, H, W, C] = fourAxes(x);
  const [, OH, OW] = fourAxes(y);
  const [KH, KW] = fourAxes(w);
  return {
    height: windowAxis(H, OH, KH, strides[0], dilation[0], pads[0][0]),
    width: windowAxis(W, OW, KW, strides[1], dilation[1], pads[1][0]),
    channels: C,
    perGroup: C / groups,
  };
}

/** The kernel as it lies: a line per filter, depth taps and channels. */
function kernelFactor(filters: number, groups: number): Factor {
  const perGroup = filters / groups;
  return {
    along: 'line',
    quads: perGroup % QUAD === 0,
    gaps: false,
    place: `return vec4i(i32(group * ${perGroup}u + line), 0, 0, 0);`,
    at: `return place.x + i32(depth) * ${filters};`,
    reach: (_lines, depth) => runOf(depth, filters),
  };
}

/** A row of numbers per pixel, of which a group has its share. */
function pixelsResult(channels: number, groups: number): Result {
  const perGroup = channels / groups;
  return {
    quads: perGroup % QUAD === 0,
    at: `return row * ${channels}u + group * ${perGroup}u;`,
    reach: (rows) => runOf(rows, channels),
  };
}

export function forwardProduct(shapes: Shapes, attrs: Conv2dAttrs): Product {
  const [N, OH, OW, O] = fourAxes(shapes.y);
  const [KH, KW, perGroup] = fourAxes(shapes.w);
  return {
    rows: N * OH * OW,
    columns: O / attrs.groups,
    depth: KH * KW * perGroup,
    groups: attrs.groups,
    left: windowsFactor(forwardPatches(shapes, attrs)),
    right: kernelFactor(O, attrs.groups),
    result: pixelsResult(O, attrs.groups),
  };
}

/** The taps of a residue, from the kernel: a line per channel, depth taps and filters. */
function turnedKernel(w: Shape, groups: number, rows: Residue, columns: Residue): Factor {
  const [, KW, perGroup, O] = fourAxes(w);
  const filters = O / groups;
  return {
    along: 'depth',
    quads: filters % QUAD === 0 && O % QUAD === 0,
    gaps: false,
    place: `return vec4i(i32(line * ${O}u + group * ${filters}u), 0, 0, 0);`,
    at: [
      `let tap = depth / ${filters}u;`,
      `let kh = ${rows.firstTap}u + tap / ${columns.axis.taps}u * ${rows.everyTap}u;`,
      `let kw = ${columns.firstTap}u + tap % ${columns.axis.taps}u * ${columns.everyTap}u;`,
      `return place.x + i32((kh * ${KW}u + kw) * ${perGroup * O}u + depth % ${filters}u);`,
    ].join('\n  '),
  };
}

/** Where the pixels of a residue are stored. */
function residueResult(x: Shape, attrs: Conv2dAttrs, rows: Residue, columns: Residue): Result {
  const [, H, W, C] = fourAxes(x);
  const perGroup = C / attrs.groups;
  return {
    quads: perGroup % QUAD === 0,
    at: [
      `let w = row % ${columns.axis.lines}u * ${attrs.strides[1]}u + ${columns.pixel}u;`,
      `let rest = row / ${columns.axis.lines}u;`,
      `let h = rest % ${rows.axis.lines}u * ${attrs.strides[0]}u + ${rows.pixel}u;`,
      `return ((rest / ${rows.axis.lines}u * ${H}u + h) * ${W}u + w) * ${C}u + group * ${perGroup}u;`,
    ].join('\n  '),
    reach: (some) => inPictures(some, rows.axis.lines * columns.axis.lines, H * W * C),
  };
}

/** One product per residue of the strides. */
export function inputGradientProducts({ x, w, y }: Shapes, attrs: Conv2dAttrs): Product[] {
  const { strides, dilation, pads, groups } = attrs;
  const [N, H, W, C] = fourAxes(x);
  const [, OH, OW, O] = fourAxes(y);
  const [KH, KW] = fourAxes(w);
  const filters = O / groups;
  const residues = {
    rows: residuesOf(H, OH, KH, strides[0], dilation[0], pads[0][0]),
    columns: residuesOf(W, OW, KW, strides[1], dilation[1], pads[1][0]),
  };
  return residues.rows.flatMap((rows) =>
    residues.columns.map((columns) => {
      const taps = rows.axis.taps * columns.axis.taps;
      const patches = { height: rows.axis, width: columns.axis, channels: O, perGroup: filters };
      return {
        rows: N * rows.axis.lines * columns.axis.lines,
        columns: C / groups,
        depth: taps * filters,
        groups,
        left: taps === 0 ? NOTHING : windowsFactor(patches),
        right: taps === 0 ? NOTHING : turnedKernel(w, groups, rows, columns),
        result: residueResult(x, attrs, rows, columns),
      };
    }),
  );
}

/** Of pixels that no tap reaches. */
const NOTHING: Factor = {
  along: 'depth',
  quads: false,
  gaps: true,
  place: 'return vec4i();',
  at: 'return -1;',
};

export function kernelGradientProduct(shapes: Shapes, attrs: Conv2dAttrs): Product {
  const { x, w, y } = shapes;
  const { groups } = attrs;
  const [N, OH, OW, O] = fourAxes(y);
  const [KH, KW, perGroup] = fourAxes(w);
  const filters = O / groups;
  return {
    rows: KH * KW * perGroup,
    columns: filters,
    depth: N * OH * OW,
    groups,
    left: tapsFactor(forwardPatches({ x, w, y }, attrs)),
    right: kernelFactor(O, groups),
    result: pixelsResult(O, groups),
  };
}
