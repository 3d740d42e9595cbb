/**
 * @file A file's syntax tree, walked without its types: for those who put small bugs or counters into it.
 */
import { parseAst } from 'vitest/node';

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** Every node of code, parents first; `each` says whether to go into it. */
export function walk(text: string, each: (node: Node) => boolean): void {
  visit(parseAst(text, { lang: 'ts' }) as unknown as Node, each);
}

function visit(node: Node, each: (node: Node) => boolean): void {
  // `x as T` and its kin hold code, all else of TypeScript is types.
  const isType = node.type.startsWith('TS') && !isNode(node.expression);
  if (isType || !each(node)) return;
  for (const [field, value] of Object.entries(node)) {
    if (field === 'typeAnnotation' || field === 'typeArguments' || field === 'source') continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, each);
    }
  }
}
