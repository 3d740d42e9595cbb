/**
 * @file What a dispatch binds: each buffer once, writable if the dispatch writes to it; checked against the limits
 * of the adapter before anything is made.
 */
import { FoveaError } from '../../../base/errors.ts';
import { formatShape } from '../../../base/shape.ts';
import { formatBytes } from '../../../base/units.ts';
import type { Node } from '../../../graph/node.ts';
import {
  type Binding,
  bytesOf,
  type Dispatch,
  type Elements,
  type Read,
  type Target,
  type Write,
} from '../kernel.ts';

export interface Bound {
  /** The node that owns the numbers. */
  readonly owner: Node;
  readonly elements: Elements;
  readonly access: 'read' | 'read_write';
  readonly name: string;
}

export interface Module {
  readonly bound: readonly Bound[];
  readonly code: string;
}

/** The whole text of a dispatch, and what it binds, in the order of the bindings. */
export function moduleOf(dispatch: Dispatch, storageOf: (node: Node) => Node): Module {
  const bound: Bound[] = [];
  const written = new Set(dispatch.outputs.map(({ node }) => storageOf(node)));
  const nameOf = ({ node, elements }: Binding): string => {
    const owner = storageOf(node);
    const isWritten = written.has(owner);
    const found = bound.find((b) => b.owner === owner && (isWritten || b.elements === elements));
    if (found !== undefined) {
      if (found.elements === elements) return found.name;
      throw new Error(`internal error: ${owner.name} is written and read by other elements`);
    }
    const name = `b${bound.length}`;
    bound.push({ owner, elements, access: isWritten ? 'read_write' : 'read', name });
    return name;
  };
  const read =
    (name: string): Read =>
    (index) =>
      `${name}[${index}]`;
  const write =
    (name: string): Write =>
    (index, value) =>
      `${name}[${index}] = ${value};`;
  const variables = {
    inputs: dispatch.inputs.map((binding) => read(nameOf(binding))),
    outputs: dispatch.outputs.map((binding) => write(nameOf(binding))),
  };
  const declarations = bound.map(
    ({ access, name, elements }, k) =>
      `@group(0) @binding(${k}) var<storage, ${access}> ${name}: array<${elements}>;`,
  );
  return { bound, code: `${declarations.join('\n')}\n${dispatch.code(variables)}` };
}

/** Throws where a dispatch asks for more than the adapter gives, naming the value. */
export function checkLimits(
  dispatch: Dispatch,
  kernel: { readonly family: string; readonly name: string },
  { maxBinding, maxBuffers, maxGroups }: Target,
): void {
  const bindings = [...dispatch.inputs, ...dispatch.outputs];
  const large = bindings.find(({ node }) => bytesOf(node) > maxBinding);
  if (large !== undefined) {
    const { node } = large;
    throw new FoveaError({
      where: kernel.name,
      problem: `${node.name} ${formatShape(node.shape)} takes ${formatBytes(bytesOf(node))} in one piece`,
      expected: `at most ${formatBytes(maxBinding)}, which is what a kernel of this adapter reaches`,
      fix: 'use a smaller batch, or the wasm backend',
    });
  }
  const buffers = new Set(bindings.map(({ node }) => node)).size;
  if (buffers > maxBuffers || dispatch.workgroups.some((n) => n > maxGroups || n < 1))
    throw new Error(
      `internal error: ${kernel.family} ${kernel.name} binds ${buffers} buffers in ${dispatch.workgroups.join(' x ')} groups`,
    );
}
