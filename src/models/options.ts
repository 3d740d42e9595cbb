/**
 * @file Options of models: "cifar-quick,activation=tanh" on the command line, an object in code.
 *
 * Each model checks its own by a zod schema; this file holds what they share. Next stop: `index.ts`.
 */
import * as z from 'zod';
import { UsageError } from '../base/errors.ts';
import { parseOptions, positiveInteger } from '../nn/options.ts';
import type { ModelSpec } from '../nn/spec.ts';

/** Options as they are given; a model that has none accepts none. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** Of networks made for ImageNet: `classes`, so that they fit a folder of one's own pictures. */
export const imageNetOptions = z.object({ classes: positiveInteger.min(2).default(1000) });

/** Of models that have none. */
export const noOptions = z.object({});

/** Makes a model's spec; knows the options it takes. */
export interface ModelDefinition {
  (given?: GivenOptions): ModelSpec;
  readonly options: z.ZodObject;
}

/** A model of the table: `make` gets its options checked, with their defaults filled in. */
export function defineModel<S extends z.ZodObject>(
  name: string,
  options: S,
  make: (options: z.output<S>) => ModelSpec,
): ModelDefinition {
  const written = (given: GivenOptions = {}) => make(parseOptions(options, given, `model ${name}`));
  return Object.assign(written, { options });
}

/** "alexnet,classes=12" -> the name and its options; numbers become numbers. */
export function parseModelWords(words: string): {
  readonly name: string;
  readonly options: GivenOptions;
} {
  const [name, ...rest] = words.split(',');
  const options = rest.map((word) => {
    const [key, value, ...more] = word.split('=');
    if (key === '' || value === undefined || value === '' || more.length > 0) {
      throw new UsageError({
        where: words,
        problem: `received "${word}" after the name of the model`,
        expected: 'NAME,option=value, such as alexnet,classes=12',
      });
    }
    return [key, Number.isNaN(Number(value)) ? value : Number(value)] as const;
  });
  return { name, options: Object.fromEntries(options) };
}
