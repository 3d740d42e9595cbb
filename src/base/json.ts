/**
 * @file The one reader of JSON that others wrote: bounded in size and depth, without prototype keys.
 *
 * A nest of 100,000 brackets is valid JSON and ends any recursive reader behind it; a key "__proto__" changes
 * what an object inherits once someone copies it. Both are refused here, before anything is made of them.
 */
import { FoveaError, messageOf } from './errors.ts';

export interface JsonOptions {
  /** Names the file in errors. */
  readonly where: string;
  /** What would have been right: "a model spec". */
  readonly expected?: string;
  /** Most bytes, or characters of a text. */
  readonly most?: number;
}

/** 64 MB: the largest model spec has some kilobytes. */
export const MOST_JSON = 2 ** 26;
/** Levels of brackets; no file of ours has ten. */
const MOST_DEPTH = 64;

/** Parses bytes (UTF-8) or text; throws a FoveaError for whatever is wrong with it. */
export function parseJson(source: Uint8Array | string, options: JsonOptions): unknown {
  const { where, expected = 'JSON', most = MOST_JSON } = options;
  const refuse = (problem: string, cause?: unknown) =>
    new FoveaError({ where, problem, expected }, { cause });
  if (source.length > most) {
    throw refuse(`${source.length} bytes of JSON, more than the ${most} that are read`);
  }
  const text = typeof source === 'string' ? source : decoded(source, refuse);
  if (isDeep(text)) throw refuse(`JSON of more than ${MOST_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`this is not JSON: ${messageOf(error).slice(0, 120)}`, error);
  }
  if (hasPrototypeKey(value)) throw refuse('a key "__proto__"');
  return value;
}

function decoded(bytes: Uint8Array, refuse: (problem: string, cause?: unknown) => FoveaError) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw refuse('this is not JSON: it is not UTF-8', error);
  }
}

/** Counts brackets outside of strings. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = closingQuote(text, at);
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}

/** Where the string that opens at `opening` ends; the text's length where it does not. */
export function closingQuote(text: string, opening: number): number {
  let at = opening + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** JSON.parse makes "__proto__" a property like any other; what copies it may not. */
function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey);
}
