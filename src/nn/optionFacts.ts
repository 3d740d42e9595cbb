/**
 * @file The options of a schema as plain data: name, kind, default, words for help.
 *
 * An optimizer or schedule declares its options once, as a zod schema whose fields are described; the command line
 * and the guide read them from here. Next stop: `optimizers/define.ts`.
 */
import * as z from 'zod/mini';

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

/** Every option of the schema in its order; what has one possible value (`kind`) is left out. */
export function optionFactsOf(schema: z.ZodMiniObject): readonly OptionFacts[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const { type, whole, choices, default: value, says } = readField(field);
    if (type === 'literal') return [];
    const kind = choices !== undefined ? 'choice' : (KINDS[type] ?? (whole ? 'whole' : 'number'));
    return {
      name,
      kind,
      ...(choices === undefined ? {} : { choices }),
      ...(value === undefined ? {} : { default: value as NonNullable<OptionFacts['default']> }),
      required: field._zod.optin === undefined,
      says: says ?? '',
    };
  });
}

const KINDS: Readonly<Record<string, OptionFacts['kind'] | undefined>> = {
  boolean: 'boolean',
  array: 'numbers',
};

interface ReadField {
  /** zod's word for what is left when defaults and the like are taken off. */
  readonly type: string;
  readonly whole: boolean;
  readonly choices: readonly string[] | undefined;
  readonly default?: unknown;
  readonly says: string | undefined;
}

/** What a field takes. The outermost words count. */
function readField(field: z.core.$ZodType): ReadField {
  const { def } = (field as z.core.$ZodTypes)._zod;
  const own = z.globalRegistry.get(field)?.description;
  const inside = 'innerType' in def ? def.innerType : def.type === 'pipe' ? def.in : undefined;
  if (inside !== undefined) {
    const read = readField(inside);
    const filled = 'defaultValue' in def ? { default: def.defaultValue } : {};
    return { ...read, ...filled, says: own ?? read.says };
  }
  const whole = def.type === 'number' && 'format' in def;
  const choices = def.type === 'enum' ? Object.values(def.entries).map(String) : undefined;
  return { type: def.type, whole, choices, says: own };
}
