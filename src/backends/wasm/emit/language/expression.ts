/**
 * @file From an element-wise expression (`ops/expression.ts`) to lanes.
 *
 * Values are computed once per distinct sub-expression; inputs are whatever the caller has at hand (loads,
 * accumulators, splats). Previous stop: the fusion pass that made the expression. Next stop: `math.ts`.
 */
import { unreachable } from '../../../../base/errors.ts';
import { attrsKey } from '../../../../graph/node.ts';
import type { Expression } from '../../../../ops/expression.ts';
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32x4 } from '../../assembler/lanes.ts';
import {
  type Arithmetic,
  atLeast,
  atLeastZero,
  atMost,
  constantPower,
  exp,
  expm1,
  half,
  log,
  log1p,
  power,
  sigmoid,
  splat,
  tanh,
} from './math.ts';

type Lanes = Value<'f32x4'>;

/** Emits an expression into locals of `f` and returns the one that holds it. */
export function emitExpression(
  f: FunctionBuilder,
  m: Arithmetic,
  expression: Expression,
  inputs: readonly Lanes[],
): Local<'f32x4'> {
  const done = new Map<string, Local<'f32x4'>>();
  const visit = (e: Expression): Lanes => {
    if (e.kind === 'input') return inputs[e.index];
    if (e.kind === 'constant') return splat(f, e.value);
    const key = attrsKey(e);
    const found = done.get(key);
    if (found !== undefined) return found;
    const local = f.local('f32x4', e.kind === 'select' ? 'select' : e.name);
    f.set(local, lower(e));
    done.set(key, local);
    return local;
  };
  const lower = (e: Expression): Lanes => {
    switch (e.kind) {
      case 'unary':
        return unary(f, m, e.name, named(e.a));
      case 'binary':
        return binary(f, m, e, visit);
      case 'select':
        return f32x4.select(mask(e.condition, visit), visit(e.yes), visit(e.no));
      default:
        return unreachable(`expression ${e.kind} has no lowering`);
    }
  };
  // Unary functions read their operand several times: keep it in a local.
  const named = (e: Expression): Lanes => {
    const value = visit(e);
    if ('index' in value) return value;
    const local = f.local('f32x4', 'operand');
    f.set(local, value);
    return local;
  };
  const result = visit(expression);
  if ('index' in result) return result as Local<'f32x4'>;
  const local = f.local('f32x4', 'result');
  f.set(local, result);
  return local;
}

function unary(f: FunctionBuilder, m: Arithmetic, name: string, a: Lanes): Lanes {
  switch (name) {
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'floor':
      return f32x4.unary(name, a);
    case 'exp':
      return exp(f, m, a);
    case 'expm1':
      return expm1(f, m, a);
    case 'log':
      return log(f, m, a);
    case 'log1p':
      return log1p(f, m, a);
    case 'tanh':
      return tanh(f, m, a);
    case 'sigmoid':
      return sigmoid(f, m, a);
    case 'half':
      return half(f, a);
    case 'finite':
      return ones(f, f32x4.compare('lt', f32x4.unary('abs', a), splat(f, Infinity)));
    default:
      return unreachable(`no lanes for ${name}`);
  }
}

type Binary = Extract<Expression, { kind: 'binary' }>;

function binary(
  f: FunctionBuilder,
  m: Arithmetic,
  e: Binary,
  visit: (e: Expression) => Lanes,
): Lanes {
  switch (e.name) {
    case 'add':
      // a * b + c, whichever side the product is on
      if (e.a.kind === 'binary' && e.a.name === 'mul')
        return m.madd(visit(e.a.a), visit(e.a.b), visit(e.b));
      if (e.b.kind === 'binary' && e.b.name === 'mul')
        return m.madd(visit(e.b.a), visit(e.b.b), visit(e.a));
      return f32x4.add(visit(e.a), visit(e.b));
    case 'sub':
      return f32x4.sub(visit(e.a), visit(e.b));
    case 'mul':
    case 'div':
      return f32x4.op(e.name, visit(e.a), visit(e.b));
    case 'max':
    case 'min':
      return (
        bounded(f, e.name, e.a, e.b, visit) ??
        bounded(f, e.name, e.b, e.a, visit) ??
        f32x4.op(e.name, visit(e.a), visit(e.b))
      );
    case 'pow':
      return e.b.kind === 'constant'
        ? constantPower(f, m, visit(e.a), e.b.value)
        : power(f, m, visit(e.a), visit(e.b));
    case 'greater':
    case 'greaterEqual':
    case 'equal':
      return ones(f, mask(e, visit));
  }
}

/** 1 where all bits are set, else 0. */
const ones = (f: FunctionBuilder, mask: Value<'i32x4'>): Lanes =>
  f32x4.fromBits(i32x4.bits('and', mask, i32x4.fromBits(splat(f, 1))));

/** The greater or smaller of a value and a number, where that has a short form. */
function bounded(
  f: FunctionBuilder,
  name: 'max' | 'min',
  e: Expression,
  bound: Expression,
  visit: (e: Expression) => Lanes,
): Lanes | undefined {
  if (bound.kind !== 'constant' || e.kind === 'constant' || Number.isNaN(bound.value)) return;
  if (bound.value !== 0) return (name === 'max' ? atLeast : atMost)(f, visit(e), bound.value);
  return name === 'max' && Object.is(bound.value, 0) ? atLeastZero(visit(e)) : undefined;
}

const COMPARISON = { greater: 'gt', greaterEqual: 'ge', equal: 'eq' } as const;

/** All bits set where the condition holds. */
function mask(condition: Expression, visit: (e: Expression) => Lanes): Value<'i32x4'> {
  if (condition.kind === 'binary' && Object.hasOwn(COMPARISON, condition.name)) {
    const name = COMPARISON[condition.name as keyof typeof COMPARISON];
    return f32x4.compare(name, visit(condition.a), visit(condition.b));
  }
  return f32x4.compare('ne', visit(condition), f32x4.splat(0));
}
