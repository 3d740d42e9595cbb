/**
 * @file Small bugs to put into a file, one at a time: found in its syntax tree, given as pieces of new text.
 *
 * Arithmetic, comparisons and their bounds, conditions, numbers one more and one less, statements left out,
 * first two arguments swapped. What an error says is left alone: words are not behaviour.
 */
import { first } from '../../src/base/lists.ts';
import { type Node, walk } from './syntax.ts';

export interface Mutant {
  /** Offsets in the file's text. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
  '++': ['--'],
  '--': ['++'],
};

/** What these give does not depend on the order of their arguments. */
const SYMMETRIC = new Set(['Math.max', 'Math.min', 'Math.hypot', 'sameShape']);

/** What is thrown is passed by. */
export function mutantsOf(text: string): Mutant[] {
  const found: Mutant[] = [];
  walk(text, (node) => {
    if (node.type === 'ThrowStatement' || isError(node)) return false;
    found.push(...mutate(node, text));
    return true;
  });
  return found;
}

function mutate(node: Node, text: string): Mutant[] {
  const of = ({ start, end }: Node) => text.slice(start, end);
  const replace = ({ start, end }: Node, replacement: string) => ({ start, end, replacement });
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return withOperator(node, text, node.left as Node, node.right as Node);
    case 'UpdateExpression': {
      const argument = of(node.argument as Node);
      const other = first(OTHERS[String(node.operator)] ?? [], 'operator');
      return [replace(node, node.prefix === true ? `${other}${argument}` : `${argument}${other}`)];
    }
    case 'UnaryExpression':
      return node.operator === '-' || node.operator === '!'
        ? [replace(node, `(${of(node.argument as Node)})`)]
        : [];
    case 'ConditionalExpression':
    case 'IfStatement':
      return ['true', 'false'].map((value) => replace(node.test as Node, value));
    case 'Literal':
      if (typeof node.value === 'boolean') return [replace(node, String(!node.value))];
      if (typeof node.value !== 'number') return [];
      return [node.value + 1, node.value - 1].map((value) => replace(node, `(${value})`));
    case 'ExpressionStatement':
      return typeof node.directive === 'string' ? [] : [replace(node, ';')];
    case 'CallExpression': {
      const [one, second] = node.arguments as Node[];
      if (one === undefined || second === undefined || of(one) === of(second)) return [];
      if (SYMMETRIC.has(of(node.callee as Node))) return [];
      const between = text.slice(one.end, second.start);
      return [
        {
          start: one.start,
          end: second.end,
          replacement: `${of(second)}${between}${of(one)}`,
        },
      ];
    }
    default:
      return [];
  }
}

function withOperator(node: Node, text: string, left: Node, right: Node): Mutant[] {
  const between = text.slice(left.end, right.start);
  const operator = String(node.operator);
  const at = left.end + between.indexOf(operator);
  return (OTHERS[operator] ?? []).map((replacement) => ({
    start: at,
    end: at + operator.length,
    replacement,
  }));
}

/** `new FoveaError(...)` and its kin. */
function isError(node: Node): boolean {
  const callee = node.type === 'NewExpression' ? (node.callee as Node) : undefined;
  return typeof callee?.name === 'string' && callee.name.endsWith('Error');
}
