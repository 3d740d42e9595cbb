/**
 * @file What exporters are asked and what they give.
 *
 * Next stop: `exporters.ts`, the table of them.
 */
import { weightFormats } from './oneFile/weights.ts';

/** What can be chosen when a model goes out: the first choice is the default. Each format says which it takes. */
export const exportChoices = {
  layout: { says: 'names and layouts of whom', choices: ['fovea', 'pytorch'] },
  input: { says: 'axes of pictures', choices: ['nchw', 'nhwc'] },
  batchNorm: {
    says: 'batch normalisations as layers, or folded into those before',
    choices: ['keep', 'fold'],
  },
  preprocessing: {
    says: 'whether it reads numbers or pixels 0..255',
    choices: ['apart', 'inside'],
  },
  weights: { says: 'numbers of the weights', choices: weightFormats },
} as const satisfies Readonly<
  Record<string, { readonly says: string; readonly choices: readonly [string, ...string[]] }>
>;

type Choices = typeof exportChoices;
export type ExportChoice = keyof Choices;

export type ExportOptions = {
  /** Of the files, without ending; default: the model's. */
  readonly name?: string | undefined;
} & { readonly [K in ExportChoice]?: Choices[K]['choices'][number] | undefined };

/** The options of an export with every default filled in. */
export type ChosenOptions = { readonly name: string } & {
  readonly [K in ExportChoice]: Choices[K]['choices'][number];
};

export type ExportedFiles = ReadonlyMap<string, Uint8Array>;
