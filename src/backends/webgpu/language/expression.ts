/**
 * @file From an element-wise expression (`ops/expression.ts`) to WGSL.
 *
 * Values are computed once per distinct sub-expression, each in a `let` of its own; inputs are whatever text the
 * caller has at hand (loads, accumulators). Next stop: `functions.ts`.
 */
import { unreachable } from '../../../base/errors.ts';
import { attrsKey } from '../../../graph/node.ts';
import type { BinaryName, Expression, UnaryName } from '../../../ops/expression.ts';
import type { FunctionName } from './functions.ts';
import { float, isSpecial } from './numbers.ts';

export interface Written {
  /** Lines that end in a semicolon. */
  readonly statements: readonly string[];
  /** The name or the literal of the result. */
  readonly value: string;
}

/** Collects the functions that what is written needs. */
export interface Scope {
  readonly functions: Set<FunctionName>;
  /** A name that is free in the function that is written. */
  fresh(hint: string): string;
}

export function openScope(): Scope {
  let made = 0;
  return { functions: new Set(), fresh: (hint) => `${hint}${made++}` };
}

/** Writes an expression whose inputs are these texts; each may be read several times. */
export function writeExpression(
  scope: Scope,
  expression: Expression,
  inputs: readonly string[],
): Written {
  const statements: string[] = [];
  const done = new Map<string, string>();
  const visit = (e: Expression): string => {
    if (e.kind === 'input') return inputs[e.index] ?? unreachable(`no input ${e.index}`);
    if (e.kind === 'constant') {
      if (isSpecial(e.value)) scope.functions.add('special');
      return float(e.value);
    }
    const key = attrsKey(e);
    const found = done.get(key);
    if (found !== undefined) return found;
    const text = lower(e);
    const name = scope.fresh('v');
    statements.push(`let ${name} = ${text};`);
    done.set(key, name);
    return name;
  };
  const lower = (e: Exclude<Expression, { kind: 'input' | 'constant' }>): string => {
    switch (e.kind) {
      case 'unary':
        return unary(scope, e.name, visit(e.a));
      case 'binary':
        return binary(scope, e, visit);
      case 'select': {
        const holds = condition(e.condition, visit);
        return `select(${visit(e.no)}, ${visit(e.yes)}, ${holds})`;
      }
    }
  };
  return { value: visit(expression), statements };
}

const FUNCTIONS: Partial<Record<UnaryName | BinaryName, FunctionName>> = {
  exp: 'exponential',
  expm1: 'exponentialMinusOne',
  log: 'logarithm',
  log1p: 'logarithmOfOnePlus',
  tanh: 'hyperbolicTangent',
  sigmoid: 'logistic',
  half: 'roundedToHalf',
  finite: 'finiteness',
  max: 'maximum',
  min: 'minimum',
  pow: 'power',
};

/** The function of WGSL, or of ours, of that name. */
function called(scope: Scope, name: UnaryName | BinaryName): string {
  const own = FUNCTIONS[name];
  if (own === undefined) return name;
  scope.functions.add(own);
  return own;
}

function unary(scope: Scope, name: UnaryName, a: string): string {
  return name === 'neg' ? `-${a}` : `${called(scope, name)}(${a})`;
}

const OPERATORS: Partial<Record<BinaryName, string>> = { add: '+', sub: '-', mul: '*', div: '/' };
const COMPARISONS: Partial<Record<BinaryName, string>> = {
  greater: '>',
  greaterEqual: '>=',
  equal: '==',
};

type Binary = Extract<Expression, { kind: 'binary' }>;

function binary(scope: Scope, e: Binary, visit: (e: Expression) => string): string {
  const operator = OPERATORS[e.name];
  if (operator !== undefined) return `${visit(e.a)} ${operator} ${visit(e.b)}`;
  if (COMPARISONS[e.name] !== undefined) return `select(0f, 1f, ${condition(e, visit)})`;
  if (e.name === 'pow' && e.b.kind === 'constant')
    return constantPower(scope, visit(e.a), e.b.value);
  return `${called(scope, e.name)}(${visit(e.a)}, ${visit(e.b)})`;
}

function condition(e: Expression, visit: (e: Expression) => string): string {
  const operator = e.kind === 'binary' ? COMPARISONS[e.name] : undefined;
  if (e.kind === 'binary' && operator !== undefined)
    return `${visit(e.a)} ${operator} ${visit(e.b)}`;
  return `${visit(e)} != 0f`;
}

/** Quarters of a whole number up to 4 are products and roots; others go by `power`. */
function constantPower(scope: Scope, a: string, b: number): string {
  if (!Number.isInteger(b * 4) || Math.abs(b) > 4) {
    scope.functions.add('power');
    return `power(${a}, ${float(b)})`;
  }
  const whole = Math.floor(Math.abs(b));
  const quarters = (Math.abs(b) - whole) * 4;
  const factors = Array.from({ length: whole }, () => a);
  if (quarters >= 2) factors.push(`sqrt(${a})`);
  if (quarters % 2 === 1) factors.push(`sqrt(sqrt(${a}))`);
  const product = factors.length === 0 ? '1f' : factors.join(' * ');
  return b < 0 ? `1f / (${product})` : product;
}
