/**
 * @file What kernels over the rows of a matrix share: who walks a row, and what is added up along it.
 *
 * Short rows have an invocation each; long ones a workgroup, whose lanes take every so many-th column and put their
 * shares together in pairs, in an order that no scheduler changes. A kernel's text is the same for both.
 * Next stop: `softmax.ts`.
 */
import { last } from '../../../../base/lists.ts';
import { sizeOf } from '../../../../base/shape.ts';
import { firstInput, type Node } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import {
  type Binding,
  type Dispatch,
  type Span,
  scalars,
  type Target,
  type Variables,
  type Work,
} from '../../kernel.ts';
import { type FunctionName, library } from '../../language/functions.ts';
import { flat, groupPerItem } from '../../language/indexing.ts';
import { inShares } from '../../language/reach.ts';

export interface RowPlan {
  readonly rows: number;
  readonly columns: number;
  /** Invocations of a row: 1, or a workgroup of so many. A power of two. */
  readonly lanes: number;
}

/** Longer rows get a workgroup. */
const MOST_ALONE = 64;
/** Columns of a lane that are worth it. */
const PER_LANE = 4;

export function planRows(columns: number, rows: number, { maxWorkgroupSize }: Target): RowPlan {
  let lanes = 1;
  if (columns > MOST_ALONE)
    while (lanes * 2 <= Math.min(256, maxWorkgroupSize, columns / PER_LANE)) lanes *= 2;
  return { rows, columns, lanes };
}

const COMBINED = {
  sum: (a: string, b: string) => `${a} + ${b}`,
  maximum: (a: string, b: string) => `maximum(${a}, ${b})`,
} as const;

/** What a kernel writes its row with; the text knows `row` and `base`, the index of its first column. */
export interface RowWriter {
  readonly columns: number;
  /** A loop over the columns: `c` in the row, `at` in the matrix. */
  each(...body: readonly string[]): string;
  /** After it, a variable holds what all lanes have of it, in each lane. */
  together(variable: string, by: keyof typeof COMBINED): string;
  /** A statement for one lane. */
  once(statement: string): string;
}

function writerOf({ columns, lanes }: RowPlan): RowWriter {
  const loop = (body: readonly string[]): string =>
    [
      `for (var c = ${lanes === 1 ? '0u' : 'lane'}; c < ${columns}u; c += ${lanes}u) {`,
      '  let at = base + c;',
      ...body.map((line) => `  ${line}`),
      '}',
    ].join('\n  ');
  if (lanes === 1) {
    return {
      columns,
      each: (...body) => loop(body),
      together: () => '',
      once: (statement) => statement,
    };
  }
  return {
    columns,
    each: (...body) => loop(body),
    together: (variable, by) =>
      [
        `shares[lane] = ${variable};`,
        `for (var half = ${lanes / 2}u; half > 0u; half >>= 1u) {`,
        '  workgroupBarrier();',
        `  if (lane < half) { shares[lane] = ${COMBINED[by]('shares[lane]', 'shares[lane + half]')}; }`,
        '}',
        'workgroupBarrier();',
        `${variable} = shares[0];`,
        'workgroupBarrier();',
      ].join('\n  '),
    once: (statement) => `if (lane == 0u) { ${statement} }`,
  };
}

/** What a kernel does with a row. */
export interface RowBody {
  readonly calls: readonly FunctionName[];
  readonly lines: readonly string[];
}

/** The record of an op over the rows of its first input. */
export function defineRows<A>(
  op: OpSignature<A>,
  bodyOf: (row: RowWriter, variables: Variables, attrs: A) => RowBody,
): KernelRecord {
  return defineKernel<A, RowPlan & { readonly attrs: A }>({
    op,
    plan: (node, attrs, { target }) => {
      const { shape } = firstInput(node);
      const columns = shape.length === 0 ? 1 : last(shape, 'axis');
      const plan = planRows(columns, sizeOf(shape) / columns, target);
      return { plan: { ...plan, attrs }, multiplyAdds: sizeOf(shape) * 8 };
    },
    emit: (node, plan, { target }) => [
      rowDispatch(node, plan, target, (row, variables) => bodyOf(row, variables, plan.attrs)),
    ],
  });
}

function rowDispatch(
  node: Node,
  plan: RowPlan,
  target: Target,
  bodyOf: (row: RowWriter, variables: Variables) => RowBody,
): Dispatch {
  const { rows, columns, lanes } = plan;
  const { work, headOf } = lanes === 1 ? alone(rows, target) : grouped(rows, lanes, target);
  const byRow = (value: Node): Binding => scalars(value, inShares(rows, value, rows));
  return {
    inputs: node.inputs.map(byRow),
    outputs: [byRow(node)],
    work,
    code: (variables) => {
      const { calls, lines } = bodyOf(writerOf(plan), variables);
      return `${library(calls)}
${headOf(variables.items)}
  let base = row * ${columns}u;
  ${lines.filter((line) => line !== '').join('\n  ')}
}
`;
    },
  };
}

interface Walk {
  readonly work: Work;
  headOf(rows: Span): string;
}

function alone(rows: number, target: Target): Walk {
  const work = flat(rows, target);
  return { work, headOf: (items) => `${work.open(items)}\n  let row = i;` };
}

/** Workgroups beyond the last row do its work again: all lanes meet at every barrier. */
function grouped(rows: number, lanes: number, target: Target): Walk {
  const work = groupPerItem(rows, target);
  return {
    work,
    headOf: (items) => `var<workgroup> shares: array<f32, ${lanes}>;
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = ${work.index(items)};`,
  };
}
