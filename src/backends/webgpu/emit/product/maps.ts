/**
 * @file A product's index maps as functions of WGSL: how a factor is read and a result stored.
 *
 * Used by tiles (`tile.ts`) and by the walk of one invocation per result (`direct.ts`). Names in the text:
 * `left`, `right` (`NAMEPlace`, `NAMEAt`, `NAMEOne`, `NAMERead`) and `store`.
 */
import { range } from '../../../../base/lists.ts';
import type { Read, Write } from '../../kernel.ts';
import { type Factor, type Product, QUAD } from './factor.ts';

/** How a product's text reaches its factors and its result. */
export interface ProductVariables {
  readonly left: Read;
  readonly right: Read;
  readonly result: Write;
}

/** `finished(sum: f32, at: u32, beside0: f32, ...) -> f32` and what it calls. */
export interface FinishFunction {
  readonly text: string;
  /** What has a number beside each result, bound as the result is; their numbers are handed over. */
  readonly beside: readonly Read[];
}

/** What is done with a sum before it is stored. */
export interface Finish {
  /** Undefined: sums are stored as they are. */
  readonly epilogue: FinishFunction | undefined;
  /** Parts of the depth, each stored by itself, `size` numbers apart. */
  readonly splits: number;
  readonly size: number;
}

/** The map itself. */
function mapOf(name: string, { place, at }: Factor): string[] {
  return [
    `fn ${name}Place(line: u32, group: u32) -> vec4i {\n  ${place}\n}`,
    `fn ${name}At(place: vec4i, depth: u32) -> i32 {\n  ${at}\n}`,
  ];
}

/** How far reads may reach. */
export interface Bounds {
  /** Lines, where reads may reach beyond the last one. */
  readonly lines?: number | undefined;
  /** Whether reads may reach beyond the depth. */
  readonly depth?: boolean;
}

/** `NAMEOne`: the number, or the four neighbours, at a line and a depth; zeros where the map has nothing. */
export function readOne(name: string, from: Read, factor: Factor, bounds: Bounds): string[] {
  const { quads, gaps } = factor;
  const type = quads ? 'vec4f' : 'f32';
  const beyond = [
    ...(bounds.lines === undefined ? [] : [`line >= ${bounds.lines}u`]),
    ...(bounds.depth === true ? ['depth >= end'] : []),
  ];
  return [
    ...mapOf(name, factor),
    `fn ${name}One(place: vec4i, line: u32, depth: u32, end: u32) -> ${type} {`,
    ...(beyond.length === 0 ? [] : [`  if (${beyond.join(' || ')}) { return ${type}(); }`]),
    `  let at = ${name}At(place, depth);`,
    ...(gaps ? [`  if (at < 0) { return ${type}(); }`] : []),
    `  return ${from(`u32(at)${quads ? ' >> 2u' : ''}`)};`,
    '}',
  ];
}

/** `NAMERead`: four neighbours along the factor's way. */
export function readFour(name: string, from: Read, factor: Factor, bounds: Bounds): string[] {
  const { along, quads } = factor;
  const parts = range(QUAD).map((i) =>
    along === 'depth'
      ? `${name}One(place, line, depth + ${i}u, end)`
      : `${name}One(${name}Place(line + ${i}u, group), line + ${i}u, depth, end)`,
  );
  const four = quads ? `${name}One(place, line, depth, end)` : `vec4f(${parts.join(', ')})`;
  return [
    ...readOne(name, from, factor, bounds),
    `fn ${name}Read(place: vec4i, line: u32, depth: u32, end: u32, group: u32) -> vec4f {`,
    `  return ${four};`,
    '}',
  ];
}

/** `store`: four neighbouring columns of a row, from a multiple of 4 on, finished. */
export function storeFour(product: Product, to: Write, finish: Finish): string[] {
  const { columns, result } = product;
  const body = result.quads
    ? [
        `  if (column >= ${columns}u) { return; }`,
        '  let at = resultAt(row, group) + column;',
        ...loadBeside(finish, 'at >> 2u'),
        `  ${to(`(${partText(finish)}at) >> 2u`, fourText(finish, 'at'))}`,
      ]
    : range(QUAD).map((i) => `  storeOne(row, column + ${i}u, sum.${'xyzw'[i]}, group, split);`);
  return [
    ...(result.quads ? baseOf(product, finish) : storeOne(product, to, finish)),
    'fn store(row: u32, column: u32, sum: vec4f, group: u32, split: u32) {',
    ...body,
    '}',
  ];
}

/** `storeOne`: one result, finished. */
export function storeOne(product: Product, to: Write, finish: Finish): string[] {
  const { columns, result } = product;
  const scattered = result.columnAt;
  return [
    ...baseOf(product, finish),
    ...(scattered === undefined
      ? []
      : [`fn columnAt(row: u32, column: u32) -> i32 {\n  ${scattered}\n}`]),
    'fn storeOne(row: u32, column: u32, sum: f32, group: u32, split: u32) {',
    `  if (column >= ${columns}u) { return; }`,
    ...(scattered === undefined
      ? ['  let at = resultAt(row, group) + column;']
      : [
          '  let offset = columnAt(row, column);',
          '  if (offset < 0) { return; }',
          '  let at = resultAt(row, group) + u32(offset);',
        ]),
    ...finishOne(finish, { to: (at, sum) => to(`${partText(finish)}${at}`, sum), at: 'at' }),
    '}',
  ];
}

/** Statements that finish `sum` (f32) and store it. */
export function finishOne(
  finish: Pick<Finish, 'epilogue'>,
  { to, at }: { readonly to: Write; readonly at: string },
): string[] {
  return [...loadBeside(finish, at), `  ${to(at, finishedText(finish, 'sum', at))}`];
}

/** Statements that finish the four results `sum` (vec4f), of which `at` is the index among fours, and store them. */
export function finishFour(
  finish: Pick<Finish, 'epilogue'>,
  { to, at }: { readonly to: Write; readonly at: string },
): string[] {
  return [...loadBeside(finish, at), `  ${to(at, fourText(finish, `4u * (${at})`))}`];
}

/** Four results finished, the first of index `at`. */
function fourText(finish: Pick<Finish, 'epilogue'>, at: string): string {
  const parts = range(QUAD).map((i) =>
    finishedText(finish, 'sum', `${at} + ${i}u`, `.${'xyzw'[i]}`),
  );
  return `vec4f(${parts.join(', ')})`;
}

function baseOf({ result }: Product, { epilogue }: Finish): string[] {
  const base = `fn resultAt(row: u32, group: u32) -> u32 {\n  ${result.at}\n}`;
  return epilogue === undefined ? [base] : [base, epilogue.text];
}

const partText = ({ splits, size }: Finish): string => (splits > 1 ? `split * ${size}u + ` : '');

const loadBeside = ({ epilogue }: Pick<Finish, 'epilogue'>, index: string): string[] =>
  epilogue?.beside.map((read, k) => `  let beside${k} = ${read(index)};`) ?? [];

function finishedText(
  { epilogue }: Pick<Finish, 'epilogue'>,
  sum: string,
  at: string,
  part = '',
): string {
  if (epilogue === undefined) return `${sum}${part}`;
  const beside = epilogue.beside.map((_, k) => `beside${k}${part}`);
  return `finished(${[`${sum}${part}`, at, ...beside].join(', ')})`;
}
