/**
 * @file Which values are stored as half precision: 2 bytes a number in place of 4.
 *
 * Those whose numbers are half precision anyway, since the graph rounds them (mixed precision), where their kernel writes
 * four neighbours at a time. What is stored is rounded by being stored, so a rounding that only follows a kernel goes,
 * and its result is the kernel's. Outputs, states and what ranks exchange are float32, as whoever reads them knows them.
 * Previous stop: `lower.ts`. Next stop: `../program/schedule.ts`.
 */
import { sameShape } from '../../../base/shape.ts';
import { rewrite, useCounts } from '../../../compile/rewrite.ts';
import { createNode, firstInput, type Graph, isSource, type Node } from '../../../graph/node.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { epilogueOf } from '../../../ops/epilogue.ts';
import { type Expression, partsOf, withParts } from '../../../ops/expression.ts';
import { picksHalves } from '../../../ops/halfPrecision.ts';
import { isExchange } from '../../../ops/ranks.ts';
import { recordOf, signatureOf } from '../families.ts';
import { isStoredHalf, type PlanContext } from '../kernel.ts';

interface Surroundings {
  readonly context: PlanContext;
  readonly readers: ReadonlyMap<Node, number>;
  /** Whether the node must stay float32. */
  readonly isSeen: boolean;
}

export function storeHalves(graph: Graph, context: PlanContext): Graph {
  const readers = useCounts(graph);
  const seen = seenOutside(graph);
  return rewrite(graph, (node, original) => {
    const stored = storedHalf(node, { context, readers, isSeen: seen.has(original) });
    // A rebuilt node has as many readers as the one it stands for.
    readers.set(stored, readers.get(original) ?? 0);
    return stored;
  });
}

/** What others read as it lies in memory, and what shares its memory. */
function seenOutside({ outputs, updates }: Graph): ReadonlySet<Node> {
  const found = new Set<Node>();
  const add = (node: Node): void => {
    found.add(node);
    if (node.op === 'reshape') add(firstInput(node));
  };
  for (const node of Object.values(outputs)) add(node);
  for (const { value } of updates) add(value);
  return found;
}

/** The node as it is stored: itself, or its like of half precision. */
function storedHalf(node: Node, surroundings: Surroundings): Node {
  const { context, isSeen } = surroundings;
  if (isSource(node) || isExchange(node)) return node;
  if (node.op === 'reshape') {
    return isStoredHalf(firstInput(node)) ? createNode({ ...node, dtype: 'f16' }) : node;
  }
  const mayBeStored = !isSeen && storesHalf(node, context);
  const written = expressionOf(node) ?? epilogueOf(node);
  if (written === undefined) {
    const isPicked = picksHalves(node) && node.inputs.every(isStoredHalf);
    return isPicked && mayBeStored ? createNode({ ...node, dtype: 'f16' }) : node;
  }
  const reading = readingHalves(node, written, surroundings);
  const rounded = roundedBy(reading.expression);
  const isElementwise = expressionOf(node) !== undefined;
  const isStored = rounded !== undefined && mayBeStored;
  // Who reads an element-wise value in the same kernel reads it before it is stored: it stays rounded by itself.
  const expression = isStored && !isElementwise ? rounded : reading.expression;
  if (!isStored && reading.inputs === node.inputs) return node;
  // A rounding and nothing else, of what is stored rounded now: the value itself.
  const [only] = reading.inputs;
  if (!isSeen && expression.kind === 'input' && isElementwise && only !== undefined) {
    if (isStoredHalf(only) && sameShape(only.shape, node.shape)) return only;
  }
  return createNode({
    ...node,
    inputs: reading.inputs,
    dtype: isStored ? 'f16' : node.dtype,
    ...(isElementwise
      ? { op: 'elementwise', attrs: { ...node.attrs, expression } }
      : { attrs: { ...node.attrs, epilogue: expression } }),
  });
}

/** Inputs that the expression rounds wherever it reads them, and nobody else reads, are stored rounded. */
function readingHalves(
  node: Node,
  expression: Expression,
  { context, readers }: Surroundings,
): { readonly expression: Expression; readonly inputs: readonly Node[] } {
  const reads = readsOf(expression);
  // In an epilogue $0 is the sum, and the inputs of the op itself are none of the expression's.
  const own = expressionOf(node) === undefined ? signatureOf(node.op).arity : 0;
  const before = own === 0 ? 0 : (own === 'any' ? node.inputs.length : own) - 1;
  const stored = new Set<number>();
  const inputs = node.inputs.map((input, k) => {
    const index = k - before;
    const isRounded = reads.rounded.has(index) && !reads.bare.has(index);
    const isOwn = own !== 0 && index <= 0;
    if (isSource(input) || isOwn || !isRounded || readers.get(input) !== 1) return input;
    if (!storesHalf(input, context)) return input;
    stored.add(index);
    return createNode({ ...input, dtype: 'f16' });
  });
  if (stored.size === 0) return { expression, inputs: node.inputs };
  return { expression: withoutRounding(expression, stored), inputs };
}

/** The inputs that an expression reads to round them, and those that it reads as they are. */
function readsOf(
  e: Expression,
  found = { rounded: new Set<number>(), bare: new Set<number>() },
): typeof found {
  const rounded = roundedBy(e);
  if (rounded?.kind === 'input') found.rounded.add(rounded.index);
  else if (e.kind === 'input') found.bare.add(e.index);
  else for (const part of partsOf(e)) readsOf(part, found);
  return found;
}

/** The expression reading these inputs, which are rounded already. */
function withoutRounding(e: Expression, inputs: ReadonlySet<number>): Expression {
  const rounded = roundedBy(e);
  if (rounded?.kind === 'input' && inputs.has(rounded.index)) return rounded;
  return withParts(e, (part) => withoutRounding(part, inputs));
}

/** What an expression rounds to half precision last of all. */
const roundedBy = (e: Expression): Expression | undefined =>
  e.kind === 'unary' && e.name === 'half' ? e.a : undefined;

/** Whether the kernel of a value that is float32 so far can write it so. */
function storesHalf(node: Node, context: PlanContext): boolean {
  if (node.dtype !== 'f32') return false;
  if (expressionOf(node) !== undefined) return true;
  return recordOf(node.op)?.storesHalf?.(node, context) === true;
}
