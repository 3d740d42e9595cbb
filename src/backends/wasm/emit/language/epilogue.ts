/**
 * @file What happens to a finished sum before it is stored: bias, activation, another tensor's factor.
 *
 * An epilogue is an expression whose $0 is the sum; the other inputs are read beside it: one number, one
 * per output channel, or one per output element. Previous stop: `compile/passes/fuseEpilogues.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import { type Reading, readingOf } from '../../../../ops/epilogue.ts';
import type { Expression } from '../../../../ops/expression.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32x4 } from '../../assembler/lanes.ts';
import type { KernelContext } from '../../kernel.ts';
import { emitExpression } from './expression.ts';
import { advance, times } from './loops.ts';
import type { Accumulators } from './tile.ts';

type Lanes = Value<'f32x4'>;

export interface Epilogue {
  readonly expression: Expression;
  readonly inputs: readonly { readonly node: Node; readonly reading: Reading }[];
}

export function epilogueOf(node: Node, ownInputs: number): Epilogue | undefined {
  const expression = node.attrs.epilogue as Expression | undefined;
  if (expression === undefined) return undefined;
  const inputs = node.inputs.slice(ownInputs).map((input) => {
    const reading = readingOf(input, node);
    if (reading === undefined)
      throw new Error(`internal error: epilogue of ${node.name} reads ${input.name}`);
    return { node: input, reading };
  });
  return { expression, inputs };
}

export interface TileStore {
  /** Bytes from the result's start to this tile's first element. */
  readonly offset: Local<'i32'>;
  readonly rowBytes: number;
  /** Bytes from a row's start to this tile's first column, for inputs read by column. */
  readonly columnOffset: Value<'i32'>;
  /** Real columns of the tile; further lanes are dropped. */
  readonly columns: number;
  readonly result: number;
}

/** Applies the epilogue to a tile and stores it row by row. */
export function storeTile(
  c: KernelContext,
  acc: Accumulators,
  epilogue: Epilogue | undefined,
  to: TileStore,
): void {
  const { f } = c;
  acc.forEach((row, r) => {
    const values = row.map((sum, v) => {
      if (epilogue === undefined || 4 * v >= to.columns) return sum;
      const extras = epilogue.inputs.map(({ node, reading }) => {
        const base = c.address(node);
        if (reading === 'scalar') return f32x4.loadSplat(0, base);
        if (reading === 'column') return f32x4.load(to.columnOffset, base + 16 * v);
        return f32x4.load(to.offset, base + r * to.rowBytes + 16 * v);
      });
      return emitExpression(f, c.m, epilogue.expression, [sum, ...extras]);
    });
    values.forEach((value, v) => {
      const count = Math.min(4, to.columns - 4 * v);
      if (count <= 0) return;
      for (const store of f32x4.storePart(
        count,
        to.offset,
        to.result + r * to.rowBytes + 16 * v,
        value,
      )) {
        f.run(store);
      }
    });
  });
}

export interface RawRow {
  readonly epilogue: Epilogue | undefined;
  /** Address of the raw sums; inputs read by column follow, repeated along a row, `columnStride` apart. */
  readonly raw: Local<'i32'>;
  readonly columnStride: number;
  /** Byte offset of the row in the result. */
  readonly to: Local<'i32'>;
  readonly result: number;
  readonly bytes: number;
}

/** Applies the epilogue to a row of raw sums that is still in the nearest cache, eight lanes at a time. */
export function finishRow(
  c: KernelContext,
  { epilogue, raw, columnStride, to, result, bytes }: RawRow,
): void {
  const { f } = c;
  const from = f.reuse('i32', 'rawPointer');
  const column = epilogue?.inputs.filter((i) => i.reading === 'column') ?? [];
  const lanes = (offset: number, count: number): Lanes => {
    const sum = f.local('f32x4', 'raw');
    f.set(sum, f32x4.loadPart(count, from, offset));
    if (epilogue === undefined) return sum;
    const extras = epilogue.inputs.map((input) => {
      const base = c.address(input.node);
      if (input.reading === 'scalar') return f32x4.loadSplat(0, base);
      if (input.reading === 'element') return f32x4.loadPart(count, to, base + offset);
      return f32x4.loadPart(count, from, (1 + column.indexOf(input)) * columnStride + offset);
    });
    return emitExpression(f, c.m, epilogue.expression, [sum, ...extras]);
  };
  f.set(from, raw);
  times(f, Math.floor(bytes / 32), () => {
    const values = [lanes(0, 4), lanes(16, 4)];
    values.forEach((value, half) => {
      f.run(f32x4.store(to, result + 16 * half, value));
    });
    advance(f, from, 32);
    advance(f, to, 32);
  });
  for (let offset = 0; offset < bytes % 32; offset += 16) {
    const count = Math.min(4, (bytes % 32) / 4 - offset / 4);
    for (const store of f32x4.storePart(count, to, result + offset, lanes(offset, count)))
      f.run(store);
  }
}
