/**
 * @file Sums: over the batch into one partial per slice, of partials, over rows, of everything.
 *
 * The order of additions is fixed by the problem (slices, then their sum), never by the threads, so the bits
 * are the same for any number of them. Long columns are summed in blocks, a sum to one number is kept in float64.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32, f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext } from '../../kernel.ts';
import { beginSums, forBlocks } from '../language/blockedSums.ts';
import { forRange } from '../language/loops.ts';
import { type ColumnPartialsAttrs, columnPartials, rowSum, total } from './ops.ts';

/** Column sums of the slice's rows: (N, ..., C) to one row of C per slice. */
export const columnPartialsKernel = defineKernel({
  op: columnPartials,
  plan: (node, { slicing }) => {
    const [x] = node.inputs;
    const columns = node.shape[node.shape.length - 1];
    const rowsPerImage = sizeOf(x.shape) / slicing.images / columns;
    return {
      partition: { units: slicing.images, images: slicing.images },
      scratchBytes: 16 * MOST_VECTORS,
      multiplyAdds: sizeOf(x.shape),
      plan: { columns, rowsPerImage, slicing },
      shown: { columns, rowsPerImage, slices: slicing.slices },
    };
  },
  emit: emitPartials,
});

interface PartialsPlan extends ColumnPartialsAttrs {
  readonly columns: number;
  readonly rowsPerImage: number;
}

function emitPartials(
  c: KernelContext,
  node: Node,
  { columns, rowsPerImage, slicing }: PartialsPlan,
): void {
  const [x] = node.inputs;
  const { f } = c;
  const from = f.local('i32', 'from');
  const to = f.local('i32', 'to');
  const end = f.local('i32', 'rowsEnd');
  f.set(from, i32.add(i32.mul(c.begin, rowsPerImage * columns * 4), c.address(x)));
  f.set(end, i32.add(i32.mul(c.end, rowsPerImage * columns * 4), c.address(x)));
  f.set(
    to,
    i32.add(
      i32.mul(i32.op('div_u', c.begin, i32.const(slicing.imagesPerSlice)), columns * 4),
      c.address(node),
    ),
  );
  const most = slicing.imagesPerSlice * rowsPerImage;
  emitColumnSums(c, { columns, rowsPerImage, most }, from, end, to);
}

/** Lanes summed side by side; several short rows share them. */
const MOST_VECTORS = 8;

/** Rows taken together so that they fill whole lanes and hide the latency of an addition. */
function rowsTogether(columns: number, rows: number): number {
  let together = 1;
  while (rows % (together * 2) === 0 && together * 2 * columns <= 4 * MOST_VECTORS) together *= 2;
  return together;
}

/** Sums the rows between two addresses, whole images and `most` rows at most, column by column into `to`. */
function emitColumnSums(
  c: KernelContext,
  {
    columns,
    rowsPerImage,
    most,
  }: { readonly columns: number; readonly rowsPerImage: number; readonly most: number },
  from: Value<'i32'>,
  end: Value<'i32'>,
  to: Value<'i32'>,
): void {
  const { f } = c;
  const together = rowsTogether(columns, rowsPerImage);
  const turns = most / together;
  const width = columns * together;
  const row = f.local('i32', 'rowPointer');
  for (let first = 0; first < width; first += 4 * MOST_VECTORS) {
    const count = Math.min(width - first, 4 * MOST_VECTORS);
    const blocked = beginSums(f, Math.ceil(count / 4), turns);
    const { sums } = blocked;
    f.set(row, from);
    forBlocks(f, row, end, width * 4, turns, blocked, () => {
      // Lanes past the last column read the next row's start and are dropped.
      sums.forEach((s, v) => {
        f.set(s, f32x4.add(s, f32x4.load(row, 4 * first + 16 * v)));
      });
    });
    blocked.finish();
    if (together > 1) foldRows(c, sums, columns, together, to);
    else
      sums.forEach((s, v) => {
        for (const store of f32x4.storePart(Math.min(4, count - 4 * v), to, 4 * first + 16 * v, s))
          f.run(store);
      });
  }
}

/** The sums of several rows side by side, added up into one row, by way of the scratch. */
function foldRows(
  c: KernelContext,
  sums: readonly Value<'f32x4'>[],
  columns: number,
  together: number,
  to: Value<'i32'>,
): void {
  const { f } = c;
  sums.forEach((s, v) => {
    f.run(f32x4.store(c.scratch, 16 * v, s));
  });
  for (let column = 0; column < columns; column++) {
    const parts = Array.from({ length: together }, (_, r) =>
      f32.load(c.scratch, 4 * (r * columns + column)),
    );
    f.run(
      f32.store(
        to,
        4 * column,
        parts.reduce((sum, part) => f32.op('add', sum, part)),
      ),
    );
  }
}

const COLUMNS_PER_UNIT = 64;

/** (R, C) to (C): the sum of a few long rows, such as the slices' partials. */
export const rowSumKernel = defineKernel({
  op: rowSum,
  plan: (node) => {
    const columns = sizeOf(node.shape);
    const rows = sizeOf(node.inputs[0].shape) / columns;
    return {
      partition: { units: Math.ceil(columns / COLUMNS_PER_UNIT) },
      multiplyAdds: rows * columns,
      plan: { rows, columns },
    };
  },
  emit: emitRowSum,
});

interface RowSumPlan {
  readonly rows: number;
  readonly columns: number;
}

function emitRowSum(c: KernelContext, node: Node, { rows, columns }: RowSumPlan): void {
  const { f } = c;
  const at = f.local('i32', 'column');
  const end = f.local('i32', 'columnEnd');
  f.set(at, i32.mul(c.begin, COLUMNS_PER_UNIT * 4));
  f.set(end, i32.min(i32.mul(c.end, COLUMNS_PER_UNIT * 4), columns * 4));
  const lastWhole = f.local('i32', 'lastWhole');
  f.set(lastWhole, i32.sub(end, 12));
  forRange(f, at, lastWhole, 16, () => emitColumn(c, node, { rows, columns }, at, 4));
  forRange(f, at, end, 4, () => emitColumn(c, node, { rows, columns }, at, 1));
}

/** The sums of `lanes` neighbouring columns, the first of them `at` bytes into a row. */
function emitColumn(
  c: KernelContext,
  node: Node,
  { rows, columns }: RowSumPlan,
  at: Local<'i32'>,
  lanes: 1 | 4,
): void {
  const { f } = c;
  const row = f.reuse('i32', 'rowPointer');
  const end = f.reuse('i32', 'rowsEnd');
  const blocked = beginSums(f, 1, rows);
  const [sum] = blocked.sums;
  f.set(row, i32.add(at, c.address(node.inputs[0])));
  f.set(end, i32.add(row, rows * columns * 4));
  forBlocks(f, row, end, columns * 4, rows, blocked, () => {
    f.set(sum, f32x4.add(sum, f32x4.loadPart(lanes, row)));
  });
  blocked.finish();
  for (const store of f32x4.storePart(lanes, at, c.address(node), sum)) f.run(store);
}

/** Everything to one number, added in float64 in the order of memory. */
export const totalKernel = defineKernel({
  op: total,
  plan: (node) => {
    const size = sizeOf(node.inputs[0].shape);
    return { partition: { units: 1 }, multiplyAdds: size, plan: { size } };
  },
  emit: emitTotal,
});

function emitTotal(c: KernelContext, node: Node, { size }: { readonly size: number }): void {
  const [x] = node.inputs;
  const { f } = c;
  const from = f.local('i32', 'from');
  const end = f.local('i32', 'dataEnd');
  const sum = f.local('f64', 'sum');
  f.set(from, i32.const(c.address(x)));
  f.set(end, i32.const(c.address(x) + size * 4));
  forRange(f, from, end, 4, () => {
    f.set(sum, {
      type: 'f64',
      emit(g) {
        sum.emit(g);
        f32.load(from).emit(g);
        g.emit('f64.promote_f32');
        g.emit('f64.add');
      },
    });
  });
  f.run(
    f32.store(0, c.address(node), {
      type: 'f32',
      emit(g) {
        sum.emit(g);
        g.emit('f32.demote_f64');
      },
    }),
  );
}
