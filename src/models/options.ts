/**
 * @file Options of models: "cifar-quick,activation=tanh" on the command line, an object in code.
 *
 * Each model checks its own by a zod schema and takes the variants besides; what a model answers for itself,
 * under the same name, goes before the variant. What is about one layer, "conv2d.filters=8", is changed in the model
 * that comes of them. Next stop: `variants.ts`, `edits.ts`, then `index.ts`.
 */
import * as z from 'zod/mini';
import { readNamedSettings } from '../base/settingWords.ts';
import { parseOptions } from '../nn/options.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { edited, splitEdits } from './edits.ts';
import { type Variants, variantOptions, varied } from './variants.ts';

/** Options as they are given. */
export type GivenOptions = Readonly<Record<string, unknown>>;

type VariantName = keyof typeof variantOptions.shape;

/** Of models that have none of their own. */
export const noOptions = z.object({});

/** Makes a model's spec; knows the options it takes. */
export interface ModelDefinition {
  (given?: GivenOptions): ModelSpec;
  readonly options: z.ZodMiniObject;
}

/**
 * A model of the table: `make` gets its own options checked, with their defaults filled in. `without` names
 * variants that would not make sense of it.
 */
export function defineModel<S extends z.ZodMiniObject>(
  name: string,
  own: S,
  make: (options: z.output<S>) => ModelSpec,
  { without = [] }: { readonly without?: readonly VariantName[] } = {},
): ModelDefinition {
  const taken = Object.entries(variantOptions.shape).filter(
    ([variant]) => !Object.hasOwn(own.shape, variant) && !without.includes(variant as VariantName),
  );
  const options = z.object({ ...own.shape, ...Object.fromEntries(taken) });
  const variants = new Set(taken.map(([variant]) => variant));
  const written = (given: GivenOptions = {}) => {
    const { options: own, edits } = splitEdits(given);
    const parsed: GivenOptions = parseOptions(options, own, `model ${name}`);
    const said = Object.entries(parsed);
    const spec = make(
      Object.fromEntries(said.filter(([key]) => !variants.has(key))) as z.output<S>,
    );
    const variant = Object.fromEntries(said.filter(([key]) => variants.has(key))) as Variants;
    return edited(varied(spec, variant), edits);
  };
  return Object.assign(written, { options });
}

/** A model of one's own with what any model takes: its classes, its input, ..., and changes of single layers. */
export function variantOf(spec: ModelSpec, given: GivenOptions = {}): ModelSpec {
  const { options, edits } = splitEdits(given);
  const variants = parseOptions(variantOptions, options, `model ${spec.name}`);
  return edited(varied(spec, variants), edits);
}

/** "alexnet,classes=12" -> the name and its options. */
export function parseModelWords(words: string): {
  readonly name: string;
  readonly options: GivenOptions;
} {
  const { name, settings } = readNamedSettings(words, {
    where: words,
    example: 'alexnet,classes=12 or lenet5,activation=relu,conv2d.filters=8',
  });
  return { name, options: settings };
}
