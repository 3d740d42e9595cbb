/**
 * @file A dispatch cut into parts that an adapter can bind: as few as there can be.
 *
 * Mostly it is one, and nothing is asked. Where values lie in several buffers (`bindings.ts`) and a part would bind
 * too many of them, fewer items are done at once, which reach less. What cannot be bound item by item is refused.
 */
import { FoveaError } from '../../../base/errors.ts';
import { formatShape } from '../../../base/shape.ts';
import { formatBytes } from '../../../base/units.ts';
import { bytesOf, type Dispatch, type Kernel, type Span } from '../kernel.ts';
import { whole } from '../language/indexing.ts';
import { buffersIn, type Layout } from './bindings.ts';

/** The items of each part, in order. Throws, naming the values, where there are no such parts. */
export function cut(
  dispatch: Dispatch,
  kernel: Pick<Kernel, 'family' | 'name'>,
  layout: Layout,
): readonly Span[] {
  const { maxBuffers } = layout.context.target;
  const fits = (items: Span): boolean => buffersIn({ dispatch, items }, layout) <= maxBuffers;
  const parts: Span[] = [];
  for (let { from, to: end } = whole(dispatch.work); from < end; ) {
    const to = furthest(from, end, (at) => fits({ from, to: at }));
    if (to === from) throw tooLarge(dispatch, kernel, layout);
    parts.push({ from, to });
    from = to;
  }
  return parts;
}

/** The last place up to which it holds; `from` if it holds at none. What holds further holds nearer. */
function furthest(from: number, end: number, holds: (to: number) => boolean): number {
  if (holds(end)) return end;
  let [most, least] = [from, end];
  while (least - most > 1) {
    const middle = Math.floor((most + least) / 2);
    if (holds(middle)) most = middle;
    else least = middle;
  }
  return most;
}

function tooLarge(
  { inputs, outputs }: Dispatch,
  { family, name }: Pick<Kernel, 'family' | 'name'>,
  { storageOf, context: { target } }: Layout,
): Error {
  const { maxBinding, maxBuffers } = target;
  const values = new Set([...inputs, ...outputs].map(({ node }) => node));
  const large = [...values].filter((node) => bytesOf(node) > maxBinding);
  if (large.length === 0) {
    const owners = new Set([...values].map(storageOf)).size;
    return new Error(`internal error: ${family} ${name} binds ${owners} buffers`);
  }
  const listed = large.map(
    (node) => `${node.name} ${formatShape(node.shape)}, ${formatBytes(bytesOf(node))}`,
  );
  return new FoveaError({
    where: name,
    problem: `one result of ${family} reads or writes too much: ${listed.join('; ')}`,
    expected: `what lies in ${maxBuffers} buffers of ${formatBytes(maxBinding)}, which is what a kernel of this adapter binds`,
    fix: 'use a smaller batch, or the wasm backend',
  });
}
