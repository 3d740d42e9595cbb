/**
 * @file Element-wise kernels: one pass over memory for one expression, or for several of the same shape.
 *
 * An optimizer's update is three expressions over the same elements (two moments and the parameter): as one
 * kernel each number is read and written once. Two vectors are worked on side by side, so that V8 can fuse
 * them to one of 256 bits. Previous stop: `backends/wasm/program/schedule.ts` (groups). Next stop: `../language/expression.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import { expressionOf } from '../../../../ops/elementwise.ts';
import { type Reading, readingOf } from '../../../../ops/epilogue.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32x4, i32 } from '../../assembler/lanes.ts';
import type { Kernel, KernelContext, PlanContext } from '../../kernel.ts';
import { emitExpression } from '../language/expression.ts';
import { advance, forRange } from '../language/loops.ts';

/** Elements per unit where the work is not cut along the batch. */
const BLOCK = 1024;

/** The nodes are computed in order and may read earlier ones; all have one shape. */
export function elementwiseKernel(nodes: readonly Node[], context: PlanContext): Kernel {
  const [first] = nodes;
  const size = sizeOf(first.shape);
  const own = new Set(nodes);
  const inputs = [...new Set(nodes.flatMap((n) => n.inputs))].filter((i) => !own.has(i));
  const readings = new Map(inputs.map((i) => [i, readingOf(i, first) ?? fail(first, i)]));
  const byColumn = [...readings.values()].includes('column');
  const columns = first.shape.length === 0 ? 1 : first.shape[first.shape.length - 1];
  const images = context.isBatched(first) ? first.shape[0] : undefined;
  // A unit is an image, a row (when read by column), or a block.
  const unitSize =
    images !== undefined ? size / images : byColumn ? columns : Math.min(BLOCK, size);
  return {
    family: 'elementwise',
    name: nodes.map((n) => n.name).join(' + '),
    inputs,
    outputs: nodes,
    partition: { units: Math.ceil(size / unitSize), ...(images === undefined ? {} : { images }) },
    scratchBytes: 0,
    multiplyAdds: size * nodes.length,
    plan: { size, unitSize, byColumn, outputs: nodes.length },
    emit: (c) => {
      const { f } = c;
      const at = f.local('i32', 'at');
      const end = f.local('i32', 'dataEnd');
      f.set(at, i32.mul(c.begin, unitSize * 4));
      f.set(end, i32.min(i32.mul(c.end, unitSize * 4), size * 4));
      const zero = i32.const(0);
      if (!byColumn) {
        emitRun(c, nodes, readings, at, end, zero);
        return;
      }
      const column = f.local('i32', 'columnBytes');
      const rowEnd = f.local('i32', 'rowEnd');
      const rowStart = f.local('i32', 'rowStart');
      f.set(rowStart, at);
      forRange(f, rowStart, end, columns * 4, () => {
        f.set(at, rowStart);
        f.set(column, i32.const(0));
        f.set(rowEnd, i32.add(rowStart, columns * 4));
        emitRun(c, nodes, readings, at, rowEnd, column);
      });
    },
  };
}

function fail(node: Node, input: Node): never {
  throw new Error(
    `internal error: ${node.name} reads ${input.name} (${input.shape}) beside ${node.shape}`,
  );
}

/** All elements from `at` to `end`: eight lanes at a time, then one at a time. */
function emitRun(
  c: KernelContext,
  nodes: readonly Node[],
  readings: ReadonlyMap<Node, Reading>,
  at: Local<'i32'>,
  end: Local<'i32'>,
  column: Value<'i32'>,
): void {
  const { f } = c;
  const moveColumn = (bytes: number): void => {
    if ('index' in column) advance(f, column as Local<'i32'>, bytes);
  };
  const lastWhole = f.local('i32', 'lastWhole');
  f.set(lastWhole, i32.sub(end, 28));
  forRange(f, at, lastWhole, 32, () => {
    const results = [0, 16].map((offset) =>
      computeLanes(c, nodes, readings, at, column, offset, 4),
    );
    nodes.forEach((node, i) => {
      results.forEach((values, half) => {
        f.run(f32x4.store(at, c.address(node) + 16 * half, values[i]));
      });
    });
    moveColumn(32);
  });
  forRange(f, at, end, 4, () => {
    const values = computeLanes(c, nodes, readings, at, column, 0, 1);
    nodes.forEach((node, i) => {
      f.run(f32x4.storeLane(at, c.address(node), values[i], 0));
    });
    moveColumn(4);
  });
}

/** The values of all nodes for `count` elements at byte `at + offset`. */
function computeLanes(
  c: KernelContext,
  nodes: readonly Node[],
  readings: ReadonlyMap<Node, Reading>,
  at: Value<'i32'>,
  column: Value<'i32'>,
  offset: number,
  count: number,
): Local<'f32x4'>[] {
  const { f } = c;
  const values = new Map<Node, Local<'f32x4'>>();
  for (const [node, reading] of readings) {
    const base = c.address(node);
    const local = f.local('f32x4', 'x');
    if (reading === 'scalar') f.set(local, f32x4.loadSplat(0, base));
    else f.set(local, f32x4.loadPart(count, reading === 'column' ? column : at, base + offset));
    values.set(node, local);
  }
  return nodes.map((node) => {
    const expression = expressionOf(node);
    if (expression === undefined) throw new Error(`internal error: ${node.op} is not element-wise`);
    const result = emitExpression(
      f,
      c.m,
      expression,
      node.inputs.map((i) => values.get(i) as Local<'f32x4'>),
    );
    values.set(node, result);
    return result;
  });
}
