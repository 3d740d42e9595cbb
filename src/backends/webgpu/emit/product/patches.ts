/**
 * @file The maps of pictures: the pixels under a window as a factor of a product.
 *
 *   source row = line * lineStep + tap * tapStep + offset        along each axis
 *
 * A convolution reads x so, with lineStep its stride, tapStep its dilation and offset its padding. Its input
 * gradient reads dy so: the pixels h = residue (mod stride) of dx are, among themselves, a convolution of stride 1
 * over dy with the taps that reach them. So there is one product per residue, and none multiplies zeros that a
 * stride left between pixels. The kernel gradient reads x with lines and depth exchanged.
 */
import { type Factor, inPictures, QUAD } from './factor.ts';

export interface Axis {
  /** Pixels of the source. */
  readonly extent: number;
  /** Positions of the window, and its taps. */
  readonly lines: number;
  readonly taps: number;
  readonly lineStep: number;
  readonly tapStep: number;
  readonly offset: number;
}

export interface Patches {
  readonly height: Axis;
  readonly width: Axis;
  /** All channels of the source, and those of one group. */
  readonly channels: number;
  readonly perGroup: number;
}

/** Axis of a forward convolution: `lines` outputs over `extent` pixels. */
export function windowAxis(
  extent: number,
  lines: number,
  taps: number,
  stride: number,
  dilation: number,
  before: number,
): Axis {
  return { extent, lines, taps, lineStep: stride, tapStep: dilation, offset: -before };
}

/** The pixels of dx that have one residue, and the taps by which dy reaches them. */
export interface Residue {
  /** Over dy: `lines` pixels of dx, `extent` pixels of dy. */
  readonly axis: Axis;
  /** The first pixel; the next ones are a stride further. */
  readonly pixel: number;
  /** Taps of the kernel: `firstTap`, and then every `everyTap`-th. */
  readonly firstTap: number;
  readonly everyTap: number;
}

/**
 * The residues of one axis of an input gradient. Pixel h = pixel + stride j takes tap k from the output
 * (h + before - k dilation) / stride, where that is whole.
 */
export function residuesOf(
  pixels: number,
  outputs: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
): readonly Residue[] {
  const everyTap = stride / greatestCommonDivisor(stride, dilation);
  return Array.from({ length: Math.min(stride, pixels) }, (_, pixel) => {
    const isWhole = (tap: number): boolean => (pixel + before - tap * dilation) % stride === 0;
    const firstTap = Array.from({ length: Math.min(everyTap, kernel) }, (_, tap) => tap).find(
      isWhole,
    );
    const taps = firstTap === undefined ? 0 : Math.floor((kernel - 1 - firstTap) / everyTap) + 1;
    const first = firstTap ?? 0;
    return {
      pixel,
      firstTap: first,
      everyTap,
      axis: {
        extent: outputs,
        lines: Math.floor((pixels - 1 - pixel) / stride) + 1,
        taps,
        lineStep: 1,
        tapStep: (-everyTap * dilation) / stride,
        offset: taps === 0 ? 0 : (pixel + before - first * dilation) / stride,
      },
    };
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Whether every tap of every position is on a pixel. */
function staysInside({ extent, lines, taps, lineStep, tapStep, offset }: Axis): boolean {
  const ends = [0, (lines - 1) * lineStep].flatMap((line) =>
    [0, (taps - 1) * tapStep].map((tap) => line + tap + offset),
  );
  return ends.every((pixel) => pixel >= 0 && pixel < extent);
}

/** WGSL of a few whole numbers taken from one: ["row", 5] from the right; the last one takes what is left. */
function decode(
  from: string,
  parts: readonly (readonly [name: string, extent: number])[],
): string[] {
  return parts.flatMap(([name, extent], i) => {
    const rest = i === 0 ? from : `rest${i}`;
    if (i === parts.length - 1) return [`let ${name} = ${rest};`];
    return [`let ${name} = ${rest} % ${extent}u;`, `let rest${i + 1} = ${rest} / ${extent}u;`];
  });
}

const scaled = (name: string, by: number): string =>
  by === 1 ? `i32(${name})` : `i32(${name}) * ${by}`;

/** Index of a pixel's channel, or -1 beside the picture. */
function pixelIndex({ height, width, channels }: Patches): string[] {
  const inside = staysInside(height) && staysInside(width);
  const outside = `if (u32(h) >= ${height.extent}u || u32(w) >= ${width.extent}u) { return -1; }`;
  return [...(inside ? [] : [outside]), `return start + (h * ${width.extent} + w) * ${channels};`];
}

function quadsOf({ channels, perGroup }: Patches): boolean {
  return channels % QUAD === 0 && perGroup % QUAD === 0;
}

/**
 * Whether the taps of one row and their channels are one run of memory, all of it inside of the picture: they are
 * then decoded as one.
 */
function areRuns({ width, channels, perGroup }: Patches): boolean {
  return width.tapStep === 1 && channels === perGroup && staysInside(width);
}

/** What a depth stands for: `tapRow`, `tapColumn` and `channel`, where a whole row of taps may be `channel`. */
function decodeTaps(from: string, patches: Patches): string[] {
  const { width, perGroup } = patches;
  if (areRuns(patches)) {
    const run = decode(from, [
      ['channel', width.taps * perGroup],
      ['tapRow', 0],
    ]);
    return [...run, 'let tapColumn = 0u;'];
  }
  return decode(from, [
    ['channel', perGroup],
    ['tapColumn', width.taps],
    ['tapRow', 0],
  ]);
}

/** Lines (n, row, column) of windows, depth (tap row, tap column, channel): what a convolution multiplies. */
export function windowsFactor(patches: Patches): Factor {
  const { height, width, channels, perGroup } = patches;
  const image = height.extent * width.extent * channels;
  return {
    along: 'depth',
    quads: quadsOf(patches),
    gaps: !(staysInside(height) && staysInside(width)),
    place: [
      ...decode('line', [
        ['column', width.lines],
        ['row', height.lines],
        ['n', 0],
      ]),
      `let start = i32(n * ${image}u + group * ${perGroup}u);`,
      `let h = ${scaled('row', height.lineStep)} + ${height.offset};`,
      `let w = ${scaled('column', width.lineStep)} + ${width.offset};`,
      'return vec4i(start, h, w, 0);',
    ].join('\n  '),
    reach: (lines) => inPictures(lines, height.lines * width.lines, image),
    at: [
      ...decodeTaps('depth', patches),
      `let h = place.y + ${scaled('tapRow', height.tapStep)};`,
      `let w = place.z + ${scaled('tapColumn', width.tapStep)};`,
      'let start = place.x + i32(channel);',
      ...pixelIndex(patches),
    ].join('\n  '),
  };
}

/** The same with lines and depth exchanged: what a kernel gradient multiplies by dy. */
export function tapsFactor(patches: Patches): Factor {
  const { height, width, channels, perGroup } = patches;
  const image = height.extent * width.extent * channels;
  return {
    along: 'line',
    quads: quadsOf(patches),
    gaps: !(staysInside(height) && staysInside(width)),
    place: [
      ...decodeTaps('line', patches),
      `let start = i32(group * ${perGroup}u + channel);`,
      `let h = ${scaled('tapRow', height.tapStep)} + ${height.offset};`,
      `let w = ${scaled('tapColumn', width.tapStep)} + ${width.offset};`,
      'return vec4i(start, h, w, 0);',
    ].join('\n  '),
    reach: (_lines, depth) => inPictures(depth, height.lines * width.lines, image),
    at: [
      ...decode('depth', [
        ['column', width.lines],
        ['row', height.lines],
        ['n', 0],
      ]),
      `let h = place.y + ${scaled('row', height.lineStep)};`,
      `let w = place.z + ${scaled('column', width.lineStep)};`,
      `let start = place.x + i32(n * ${image}u);`,
      ...pixelIndex(patches),
    ].join('\n  '),
  };
}
