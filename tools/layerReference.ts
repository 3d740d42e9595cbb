/**
 * @file `node tools/layerReference.ts`: writes the tables of layers in docs/model-json.md anew.
 *
 * They are made from the schemas that check a model, so that the page and the check say the same; a test compares
 * the two. Next stop: `src/nn/layers/index.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { activationNames } from '../src/nn/activations.ts';
import { layers } from '../src/nn/layers/index.ts';

export const PAGE = 'docs/model-json.md';
const BEGIN = '<!-- layers: written by tools/layerReference.ts -->';
const END = '<!-- end of layers -->';

interface FieldJson {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly anyOf?: readonly FieldJson[];
  readonly items?: FieldJson | false;
  readonly prefixItems?: readonly FieldJson[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
}

/** The page with its tables as the layers are now. */
export function withLayers(page: string): string {
  const [before, rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n\n${Object.values(layers).map(section).join('\n')}\n${END}${after}`;
}

function section({ layer }: (typeof layers)[keyof typeof layers]): string {
  const json = z.toJSONSchema(layer.options, { io: 'input', unrepresentable: 'any' });
  const { properties = {}, required = [] } = json as {
    readonly properties?: Readonly<Record<string, FieldJson>>;
    readonly required?: readonly string[];
  };
  const rows = Object.entries(properties).map(
    ([name, field]) =>
      `| \`${name}\` | ${valuesOf(field)} | ${unsaid(layer.options.shape[name], field, required.includes(name))} |`,
  );
  const head = `### ${layer.kind}\n\n${sentence(layer.says)}\n`;
  if (rows.length === 0) return `${head.trimEnd()} No options.\n`;
  return `${head}\n| option | values | unsaid |\n|---|---|---|\n${rows.join('\n')}\n`;
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function unsaid(
  schema: z.core.$ZodType | undefined,
  { default: value }: FieldJson,
  isRequired: boolean,
): string {
  if (isRequired) return 'must be said';
  const filled = schema === undefined ? undefined : z.safeParse(schema, undefined);
  const holds = value ?? (filled?.success ? filled.data : undefined);
  return holds === undefined ? '' : `\`${JSON.stringify(holds)}\``;
}

function valuesOf(field: FieldJson): string {
  if (field.enum !== undefined) return namesOf(field.enum);
  if (field.anyOf !== undefined) return [...new Set(field.anyOf.map(valuesOf))].join(', or ');
  if (field.prefixItems !== undefined) return `[${field.prefixItems.map(shortOf).join(', ')}]`;
  if (field.type === 'array') return `a list of ${field.items ? shortOf(field.items) : 'values'}`;
  if (field.type === 'object') return 'an object with its `kind`';
  if (field.type === 'boolean') return '`true`, `false`';
  if (field.type === 'string') return 'a text';
  return numberOf(field);
}

function numberOf({ type, minimum, exclusiveMinimum }: FieldJson): string {
  const noun = type === 'integer' ? 'a whole number' : 'a number';
  if (exclusiveMinimum === 0) return `${noun} above 0`;
  return minimum === 0 ? `${noun} from 0 on` : noun;
}

function shortOf(field: FieldJson): string {
  if (field.prefixItems !== undefined || field.type === 'array') return valuesOf(field);
  return field.type === 'integer' ? 'n' : 'x';
}

function namesOf(names: readonly string[]): string {
  if (names.length === activationNames.length) return '[an activation](#activations)';
  if (names.includes('glorotUniform')) return '[an initializer](#initializers)';
  return names.map((name) => `\`"${name}"\``).join(', ');
}

if (import.meta.main) writeFileSync(PAGE, withLayers(readFileSync(PAGE, 'utf8')));
