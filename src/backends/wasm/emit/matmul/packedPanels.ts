/**
 * @file Packing: a block of B becomes panels of one tile's width, steps inside, in the thread's scratch.
 *
 * B is read in whole cache lines, whether it is stored as it is or transposed. Previous stop: `packed.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32 } from '../../assembler/lanes.ts';
import type { KernelContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { type PackedPlan, type Position, panelBytes } from './packedPlan.ts';

/** Packs the next `steps` rows of B's block. */
export function packBlock(
  c: KernelContext,
  node: Node,
  plan: PackedPlan,
  at: Position,
  steps: number,
): void {
  if (plan.transposeB) packTransposed(c, node, plan, at, steps);
  else packRows(c, node, plan, at, steps);
}

/** Rows of B to panels: each row's run of columns is spread over the panels. */
function packRows(
  c: KernelContext,
  node: Node,
  plan: PackedPlan,
  at: Position,
  steps: number,
): void {
  const { f } = c;
  const width = 16 * plan.vectors;
  const panel = f.reuse('i32', 'packPanel');
  const line = f.reuse('i32', 'packLine');
  const packed = f.reuse('i32', 'packTo');
  const firstColumn = i32.mul(at.firstPanel, width);
  f.set(
    line,
    i32.add(i32.add(i32.mul(at.step, plan.N * 4), firstColumn), c.address(node.inputs[1])),
  );
  f.set(packed, c.scratch);
  const rows = { line, lineBytes: plan.N * 4, packed, panelBytes: panelBytes(plan), steps };
  spreadRows(f, { ...rows, vectors: plan.vectors }, (onePanel) => {
    f.set(panel, i32.const(0));
    forRange(f, panel, at.panels, 1, onePanel);
  });
}

export interface SpreadRows {
  /** Address of the first row's run of columns, and bytes to the next row's. */
  readonly line: Local<'i32'>;
  readonly lineBytes: number;
  /** Address of the first panel, and bytes to the next one. */
  readonly packed: Local<'i32'>;
  readonly panelBytes: number;
  /** Rows to read. */
  readonly steps: number;
  readonly vectors: number;
}

/**
 * Rows to panels, (panel, step, lanes); moves `line` and `packed` along. `overPanels` repeats its body for each
 * panel. The last panel may read past the row: those lanes are never stored.
 */
export function spreadRows(
  f: FunctionBuilder,
  { line, lineBytes, packed, panelBytes, steps, vectors }: SpreadRows,
  overPanels: (onePanel: () => void) => void,
): void {
  const from = f.reuse('i32', 'from');
  const to = f.reuse('i32', 'to');
  times(f, steps, () => {
    f.set(from, line);
    f.set(to, packed);
    overPanels(() => {
      for (let v = 0; v < vectors; v++) f.run(f32x4.store(to, 16 * v, f32x4.load(from, 16 * v)));
      advance(f, from, 16 * vectors);
      advance(f, to, panelBytes);
    });
    advance(f, line, lineBytes);
    advance(f, packed, 16 * vectors);
  });
}

/** B stored transposed, (N, K): four rows at a time, four steps at a time, turned in registers. */
function packTransposed(
  c: KernelContext,
  node: Node,
  plan: PackedPlan,
  at: Position,
  steps: number,
): void {
  const { f } = c;
  const columns = 4 * plan.vectors;
  const from = f.reuse('i32', 'from');
  const to = f.reuse('i32', 'to');
  const panel = f.reuse('i32', 'packPanel');
  const start = f.reuse('i32', 'packFrom');
  const packed = f.reuse('i32', 'packTo');
  const onePanel = (count: number): void => {
    for (let group = 0; group < count; group += 4) {
      f.set(from, i32.add(start, group * plan.K * 4));
      f.set(to, i32.add(packed, group * 4));
      times(f, Math.ceil(steps / 4), () => {
        // Columns past the last one repeat it; their lanes are never stored.
        const rows = [0, 1, 2, 3].map((r) => Math.min(r, count - 1 - group));
        storeTransposed(
          c,
          from,
          rows.map((r) => r * plan.K * 4),
          to,
          16 * plan.vectors,
        );
        advance(f, from, 16);
        advance(f, to, 4 * 16 * plan.vectors);
      });
    }
  };
  const firstRow = i32.mul(at.firstPanel, columns);
  f.set(
    start,
    i32.add(i32.mul(i32.add(i32.mul(firstRow, plan.K), at.step), 4), c.address(node.inputs[1])),
  );
  f.set(packed, c.scratch);
  forPanels(c, plan, at, panel, onePanel, () => {
    advance(f, start, columns * plan.K * 4);
    advance(f, packed, panelBytes(plan));
  });
}

/** Every panel of the block, with its number of columns: the very last one may not be whole. */
export function forPanels(
  { f }: KernelContext,
  { vectors, rest, panels }: PackedPlan,
  at: Position,
  panel: Local<'i32'>,
  body: (columns: number) => void,
  after: () => void = () => {},
): void {
  const columns = 4 * vectors;
  f.set(panel, i32.const(0));
  forRange(f, panel, at.panels, 1, () => {
    if (rest === 0) body(columns);
    else {
      const isLast = i32.op('eq', i32.add(at.firstPanel, panel), i32.const(panels - 1));
      f.if(
        isLast,
        () => body(rest),
        () => body(columns),
      );
    }
    after();
  });
}

/** A 4x4 block: rows at `from + offsets` become columns, `step` bytes apart. */
function storeTransposed(
  { f }: KernelContext,
  from: Value<'i32'>,
  offsets: readonly number[],
  to: Value<'i32'>,
  step: number,
): void {
  const [a, b, c, d] = offsets.map((offset, i) => {
    const row = f.reuse('f32x4', `row${i}`);
    f.set(row, f32x4.load(from, offset));
    return row;
  });
  const mixes = [
    f32x4.shuffle(a, b, [0, 4, 1, 5]),
    f32x4.shuffle(a, b, [2, 6, 3, 7]),
    f32x4.shuffle(c, d, [0, 4, 1, 5]),
    f32x4.shuffle(c, d, [2, 6, 3, 7]),
  ].map((mix, i) => {
    const local = f.reuse('f32x4', `mix${i}`);
    f.set(local, mix);
    return local;
  });
  const columns = [
    f32x4.shuffle(mixes[0], mixes[2], [0, 1, 4, 5]),
    f32x4.shuffle(mixes[0], mixes[2], [2, 3, 6, 7]),
    f32x4.shuffle(mixes[1], mixes[3], [0, 1, 4, 5]),
    f32x4.shuffle(mixes[1], mixes[3], [2, 3, 6, 7]),
  ];
  columns.forEach((column, i) => {
    f.run(f32x4.store(to, i * step, column));
  });
}
