/**
 * @file What a page keeps in the address: named fields, each with a reader, a writer and a default.
 *
 *     const fields = { kernel: whole(3, { from: 1, to: 11 }), op: choice('max', ['max', 'min']) };
 *     readFields(fields, new URLSearchParams('kernel=5'))  // { kernel: 5, op: 'max' }
 *     writeFields(fields, { kernel: 5, op: 'max' })        // "kernel=5"
 *
 * Defaults are left out, so that a link says only what was changed. What cannot be read (a link typed by
 * hand, or of an older lab) becomes the default: an address is never an error.
 */
export interface Field<T> {
  readonly initial: T;
  /** undefined where the text means nothing to this field. */
  readonly read: (text: string) => T | undefined;
  readonly write: (value: T) => string;
}

/** A page's fields: the values they hold, by name. */
export type Fields<T extends object> = { readonly [K in keyof T]: Field<T[K]> };
/** The values that fields describe. */
export type ValuesOf<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A whole number in a range. */
export function whole(initial: number, { from, to }: Range): Field<number> {
  return {
    initial,
    read: (text) => {
      const value = Number(text);
      const fits = text.trim() !== '' && Number.isInteger(value) && value >= from && value <= to;
      return fits ? value : undefined;
    },
    write: String,
  };
}

/** Any number in a range. */
export function real(initial: number, { from, to }: Range): Field<number> {
  return {
    initial,
    read: (text) => {
      const value = Number(text);
      return text.trim() !== '' && value >= from && value <= to ? value : undefined;
    },
    write: String,
  };
}

/** One of a few words. */
export function choice<T extends string>(initial: T, all: readonly T[]): Field<T> {
  return { initial, read: (text) => all.find((one) => one === text), write: (value) => value };
}

/** On or off: "1" or "0". */
export function flag(initial: boolean): Field<boolean> {
  return {
    initial,
    read: (text) => (text === '1' ? true : text === '0' ? false : undefined),
    write: (value) => (value ? '1' : '0'),
  };
}

/** Any words, up to a length. */
export function words(initial: string, most = 200): Field<string> {
  return {
    initial,
    read: (text) => (text.length <= most ? text : undefined),
    write: (value) => value,
  };
}

/** Numbers in a row: "1,-2.5,3". */
export function numbers(initial: readonly number[], most = 4096): Field<readonly number[]> {
  return {
    initial,
    read: (text) => {
      if (text === '') return [];
      const parts = text.split(',', most + 1);
      const values = parts.map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
      return values.length <= most && values.every(Number.isFinite) ? values : undefined;
    },
    write: (values) => values.join(','),
  };
}

/** Anything else that has a text of its own. */
export function asText<T>(
  initial: T,
  read: (text: string) => T | undefined,
  write: (value: T) => string,
): Field<T> {
  return { initial, read, write };
}

export function readFields<T extends object>(fields: Fields<T>, params: URLSearchParams): T {
  const values: Partial<T> = {};
  for (const name of namesOf(fields)) {
    const text = params.get(name);
    const field = fields[name];
    values[name] = (text === null ? undefined : field.read(text)) ?? field.initial;
  }
  return values as T;
}

/**
 * "kernel=5&op=max" in the order of the fields; empty where all is as at first. What else the query holds stays, behind
 * them: a page may be made of parts that have fields of their own.
 */
export function writeFields<T extends object>(
  fields: Fields<T>,
  values: NoInfer<T>,
  query = '',
): string {
  const own = namesOf(fields)
    .filter((name) => fields[name].write(values[name]) !== fields[name].write(fields[name].initial))
    .map((name) => `${name}=${encoded(fields[name].write(values[name]))}`);
  const others = query
    .split('&')
    .filter((part) => part !== '' && !Object.hasOwn(fields, part.split('=', 1)[0] ?? ''));
  return [...own, ...others].join('&');
}

function namesOf<T extends object>(fields: Fields<T>): (keyof T & string)[] {
  return Object.keys(fields) as (keyof T & string)[];
}

/** As encodeURIComponent, but lists stay readable: commas, colons and semicolons mean nothing in a hash. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
    .replaceAll('%3B', ';');
}
