/**
 * @file From the compiled graph to nodes that each have a kernel on this target.
 *
 * - Constants of one repeated number become numbers in the expressions that read them.
 * - Element-wise nodes and epilogues that read more values than a dispatch may bind are cut.
 * - States that are shown and written, and states that are moved into others, are copied first.
 * Previous stop: `compile/pipeline.ts`. Next stops: `../families.ts`, `../program/schedule.ts`.
 */

import { rewrite } from '../../../compile/rewrite.ts';
import { firstInput, type Graph, type Node } from '../../../graph/node.ts';
import { input } from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { recordOf } from '../families.ts';
import type { PlanContext } from '../kernel.ts';
import { withoutConstants } from './constants.ts';
import { fitted } from './wide.ts';

export function lower(graph: Graph, context: PlanContext): Graph {
  const lowered = rewrite(graph, (node) => {
    const record = recordOf(node.op);
    const ready = record?.lower?.(node, context) ?? node;
    return fitted(withoutConstants(ready), context.target);
  });
  const moved = new Set(lowered.updates.map(({ state }) => state));
  return {
    outputs: Object.fromEntries(
      Object.entries(lowered.outputs).map(([name, node]) => [
        name,
        moved.has(storedIn(node)) ? copyOf(node, 'asItWas') : node,
      ]),
    ),
    updates: lowered.updates.map(({ state, value }) => ({
      state,
      value: storedIn(value).op === 'state' ? copyOf(value, 'moved') : value,
    })),
  };
}

/** The node whose numbers a reshape shows. */
function storedIn(node: Node): Node {
  return node.op === 'reshape' ? storedIn(firstInput(node)) : node;
}

function copyOf(node: Node, label: string): Node {
  const attrs = { expression: input(0), label };
  return build('elementwise', [node], attrs, `${node.name}/${label}`);
}
