/**
 * @file The parts of a file that run or do not: its functions, blocks, cases and branches, each with a counter.
 *
 * A mutant can only be noticed by a test that runs the smallest part around it.
 */
import { isNode, type Node, walk } from './syntax.ts';

/** Offsets in the file's text. */
export type Region = readonly [start: number, end: number];

interface Counted {
  readonly region: Region;
  /** How the counter goes in: before a statement, or around an expression or a statement without a block. */
  readonly at: number;
  readonly open: string;
  readonly close: string;
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  IfStatement: ['consequent', 'alternate'],
  ConditionalExpression: ['consequent', 'alternate'],
  LogicalExpression: ['right'],
  ArrowFunctionExpression: ['body'],
};

/** The whole file comes first. */
export function regionsOf(text: string): Region[] {
  return partsOf(text).map(({ region }) => region);
}

/** The text with a call of `globalThis.foveaHit` in each region; they are numbered from `first` on. */
export function counted(text: string, first: number): string {
  const pieces = partsOf(text).flatMap(({ region: [, end], at, open, close }, index) => {
    const hit = `globalThis.foveaHit?.(${first + index})`;
    return [
      // At one place what closes comes before what opens, and an outer part opens first and closes last.
      { at, rank: index, piece: open.replace('HIT', hit) },
      { at: end, rank: -1 - index, piece: close },
    ];
  });
  pieces.sort((a, b) => a.at - b.at || a.rank - b.rank);
  let [out, from] = ['', 0];
  for (const { at, piece } of pieces) {
    out += text.slice(from, at) + piece;
    from = at;
  }
  return out + text.slice(from);
}

function partsOf(text: string): Counted[] {
  const parts: Counted[] = [];
  walk(text, (node) => {
    parts.push(...partsIn(node));
    return true;
  });
  return parts;
}

function partsIn(node: Node): Counted[] {
  const region: Region = [node.start, node.end];
  if (node.type === 'Program') {
    const [first] = node.body as Node[];
    const at = first?.start ?? node.start;
    return [{ region: [0, node.end], at, open: 'HIT;', close: '' }];
  }
  if (node.type === 'BlockStatement') {
    return [{ region, at: node.start + 1, open: 'HIT;', close: '' }];
  }
  if (node.type === 'SwitchCase') {
    const [first] = node.consequent as Node[];
    return first === undefined ? [] : [{ region, at: first.start, open: 'HIT;', close: '' }];
  }
  return (FIELDS[node.type] ?? []).flatMap((field) => {
    const part = node[field];
    if (!isNode(part) || part.type === 'BlockStatement') return [];
    const isStatement = node.type === 'IfStatement';
    const [open, close] = isStatement ? ['{HIT;', '}'] : ['(HIT,', ')'];
    return [{ region: [part.start, part.end], at: part.start, open, close } as const];
  });
}
