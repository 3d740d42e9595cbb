/**
 * @file The options of a schema as plain data: name, kind, default, words for help.
 *
 * An optimizer or schedule declares its options once, as a zod schema whose fields are described; the command line
 * and the guide read them from here. Next stop: `optimizers/define.ts`.
 */
import * as z from 'zod';

export interface OptionFacts {
  readonly name: string;
  readonly kind: 'number' | 'whole' | 'boolean' | 'choice' | 'numbers';
  /** Of a choice: the values there are. */
  readonly choices?: readonly string[];
  /** Absent: it must be given, or nothing happens without it (see `required`). */
  readonly default?: number | boolean | string;
  readonly required: boolean;
  /** A few words for people. */
  readonly says: string;
}

interface FieldJson {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: number | boolean | string;
  readonly description?: string;
  readonly const?: string;
}

/** Every option of the schema in its order; what has one possible value (`kind`) is left out. */
export function optionFactsOf(schema: z.ZodObject): readonly OptionFacts[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties as Readonly<Record<string, FieldJson>>)
    .filter(([, field]) => field.const === undefined)
    .map(([name, field]) => ({
      name,
      kind: kindOf(field),
      ...(field.enum === undefined ? {} : { choices: field.enum }),
      ...(field.default === undefined ? {} : { default: field.default }),
      required: required.includes(name),
      says: field.description ?? '',
    }));
}

function kindOf({ type, enum: choices }: FieldJson): OptionFacts['kind'] {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'boolean';
  if (type === 'integer') return 'whole';
  return type === 'array' ? 'numbers' : 'number';
}
