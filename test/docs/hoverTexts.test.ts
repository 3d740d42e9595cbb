/**
 * @file What an editor shows of an option while one types: every option of every layer, of every optimizer and of
 * `fit` has a line. Those of schemas stand in an interface beside the schema, for declaration files keep those
 * comments and lose a schema's; they say what holds unsaid.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { layers } from '../../src/nn/layers/index.ts';
import { optimizerFacts } from '../../src/nn/optimizers/index.ts';

const sources = ['src/nn/layers', 'src/nn/optimizers', 'src/train'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8')),
);

const INTERFACE = /^export interface (\w+)(?: extends ([\w, ]+))? \{\n(.*?)^\}/gms;
/** Two spaces in: of the interface itself. */
const OPTION = /(?:\/\*\*\s((?:(?!\*\/).)*)\*\/\s*)?^ {2}readonly (\w+)\??:/gms;

type Lines = ReadonlyMap<string, string>;

/** Of each interface its options with their comments, and the interfaces it extends. */
const interfaces = new Map<string, { readonly above: readonly string[]; readonly own: Lines }>(
  sources
    .flatMap((text) => [...text.matchAll(INTERFACE)])
    .map(([, name, above = '', body]) => [
      name,
      {
        above: above.split(',').map((one) => one.trim()),
        own: new Map([...body.matchAll(OPTION)].map(([, says = '', key]) => [key, says])),
      },
    ]),
);

function linesOf(name: string): Lines {
  const found = interfaces.get(name);
  if (found === undefined) return new Map();
  return new Map([...found.above.flatMap((one) => [...linesOf(one)]), ...found.own]);
}

/** The interface that the function of a layer or optimizer is declared with. */
function interfaceOf(kind: string): string | undefined {
  const declared = new RegExp(`export const ${kind}:\\s*\\w*Builder<(\\w+)>`);
  return sources.map((text) => declared.exec(text)?.[1]).find((name) => name !== undefined);
}

interface Field {
  readonly default?: unknown;
}

type Fields = readonly (readonly [name: string, field: Field])[];

function fieldsOf(schema: z.core.$ZodType): Fields {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties as Readonly<Record<string, Field>>);
}

/** As the comments say it; undefined for what no word is short enough for. */
function unsaid({ default: value }: Field): string | undefined {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return value.length === 0 ? undefined : String(value[0]);
  return value === undefined ? undefined : String(value);
}

const withOptions = Object.entries(layers)
  .map(([kind, { layer }]) => [kind, fieldsOf(layer.options)] as const)
  .filter(([, fields]) => fields.length > 0);

const ofOptimizers = optimizerFacts.map(
  ({ kind, options }) => [kind, options.map((facts) => [facts.name, facts])] as const,
) as readonly (readonly [string, Fields])[];

describe('the options of', () => {
  it.each([...withOptions, ...ofOptimizers])(
    '%s each have a line that says what holds unsaid',
    (kind, fields) => {
      const lines = linesOf(interfaceOf(kind) ?? 'none');
      expect([...lines.keys()].sort()).toEqual(fields.map(([name]) => name).sort());
      for (const [name, field] of fields) {
        const says = lines.get(name) ?? '';
        expect(says.length, `${kind}: ${name}`).toBeGreaterThan(10);
        const value = unsaid(field);
        if (value !== undefined) expect(says, `${kind}: ${name}`).toContain(`default ${value}`);
      }
    },
  );
});

describe('the options of fit', () => {
  it('each have a line', () => {
    const lines = linesOf('FitOptions');
    expect([...lines.keys()]).toEqual(expect.arrayContaining(['epochs', 'mixup', 'signal']));
    expect([...lines].filter(([, says]) => says.length < 10)).toEqual([]);
  });
});
