/**
 * @file The network that the page shows: words of the address as a model that may be unfinished, and what may be
 * changed in it.
 *
 *   "lenet5,conv2d.filters=8"  ->  the model as it was published, the changes, and a draft of what they make
 *
 * All shapes, counts and errors are the library's; here the words are taken apart and put together again.
 */
import {
  type Draft,
  draftOf,
  FoveaError,
  type ModelSpec,
  modelWords,
  parseModelWords,
} from 'fovea/web';
import { modelNamed } from '../../frame/ownModels.ts';

export const FIRST_MODEL = 'lenet5';

export type Settings = Readonly<Record<string, unknown>>;

export interface EditedModel {
  readonly name: string;
  readonly settings: Settings;
  /** As its file has it. */
  readonly published: ModelSpec;
  readonly draft: Draft;
  /** Whether anything is other than published. */
  readonly isChanged: boolean;
}

/** Never throws: words that name no model give the first one and say why. */
export function readModel(words: string): EditedModel {
  const { name, options: settings, error } = parsed(words);
  const published = modelNamed(name);
  const whole = Object.entries(settings).filter(([key]) => !isOfLayer(key) && key !== 'input');
  const edits = Object.fromEntries(Object.entries(settings).filter(([key]) => isOfLayer(key)));
  const isChanged = Object.keys(settings).length > 0;
  try {
    if (error !== undefined) throw error;
    const base = modelNamed(name, Object.fromEntries(whole));
    const inputShape = shapeOf(settings.input) ?? base.inputShape;
    return { name, settings, published, draft: draftOf({ ...base, inputShape }, edits), isChanged };
  } catch (caught) {
    if (!(caught instanceof FoveaError)) throw caught;
    const plain = draftOf(published, {});
    const draft = { ...plain, spec: null, problem: { layer: null, error: caught } };
    return { name, settings, published, draft, isChanged };
  }
}

function parsed(words: string) {
  try {
    const { name, options } = parseModelWords(words);
    modelNamed(name);
    return { name, options, error: undefined };
  } catch (error) {
    return { name: FIRST_MODEL, options: {}, error: error as Error };
  }
}

const isOfLayer = (key: string): boolean => key.includes('.');

/** "32x32x3" -> [32, 32, 3] */
function shapeOf(given: unknown): readonly number[] | undefined {
  if (typeof given !== 'string') return undefined;
  const shape = given.split('x').map(Number);
  return shape.every((n) => Number.isInteger(n) && n > 0) ? shape : undefined;
}

/** The words with one setting changed; what is as published is left out. */
export function withSetting(model: EditedModel, key: string, value: unknown): string {
  const others = Object.entries(model.settings).filter(([name]) => name !== key);
  const same = sameAs(publishedSetting(model, key), value);
  return modelWords(model.name, Object.fromEntries(same ? others : [...others, [key, value]]));
}

/** Without what was changed in a layer, or behind it. */
export function withoutEditsOf(model: EditedModel, layer: string): string {
  const kept = Object.entries(model.settings).filter(
    ([key]) => !key.startsWith(`${layer}.`) && !key.startsWith(`${layer}Dropout.`),
  );
  return modelWords(model.name, Object.fromEntries(kept));
}

export function isEdited(model: EditedModel, layer: string): boolean {
  return Object.keys(model.settings).some((key) => key.startsWith(`${layer}.`));
}

function publishedSetting({ published }: EditedModel, key: string): unknown {
  if (key === 'input') return published.inputShape.join('x');
  const dot = key.lastIndexOf('.');
  const layer = published.layers.find(({ name }) => name === key.slice(0, dot));
  const option = key.slice(dot + 1);
  return option === 'kind' ? layer?.kind : layer?.options[option];
}

/** Sizes are published for both axes and changed for both at once. */
function sameAs(published: unknown, value: unknown): boolean {
  if (Array.isArray(published)) return published.every((one) => one === value);
  return published === value;
}

/** One thing of a layer that may be another. */
export type Editor =
  | {
      readonly is: 'number';
      readonly key: string;
      readonly label: string;
      readonly value: number;
      readonly from: number;
      readonly to: number;
      readonly step?: number;
    }
  | {
      readonly is: 'choice';
      readonly key: string;
      readonly label: string;
      readonly value: string;
      readonly choices: readonly string[];
    };

const ACTIVATIONS = [
  'linear',
  'relu',
  'tanh',
  'scaledTanh',
  'sigmoid',
  'leakyRelu',
  'elu',
  'softplus',
  'selu',
  'softsign',
  'hardSigmoid',
  'swish',
  'hardSwish',
  'mish',
  'gelu',
  'softmax',
];
const POOLINGS = ['maxPooling2d', 'averagePooling2d', 'minPooling2d'];

/** Whole numbers of options by name: words, and the most that can be asked for. */
const WHOLE: Readonly<Record<string, readonly [label: string, most: number]>> = {
  filters: ['Filters', 1024],
  units: ['Units', 8192],
  kernelSize: ['Kernel', 31],
  poolSize: ['Window', 31],
  strides: ['Stride', 16],
  groups: ['Groups', 256],
};

/** What may be changed in a layer of the model, in the order in which its options stand. */
export function editorsOf({ draft }: EditedModel, layer: string): readonly Editor[] {
  const found = draft.layers.find(({ name }) => name === layer);
  if (found === undefined) return [];
  const { kind, options } = found;
  const key = (option: string): string => `${layer}.${option}`;
  const editors: Editor[] = POOLINGS.includes(kind)
    ? [{ is: 'choice', key: key('kind'), label: 'Pooling', value: kind, choices: POOLINGS }]
    : [];
  for (const [option, value] of Object.entries(options)) {
    const whole = WHOLE[option];
    if (whole !== undefined) {
      const [label, to] = whole;
      editors.push({ is: 'number', key: key(option), label, value: oneOf(value), from: 1, to });
    }
    if (option === 'padding' && (value === 'valid' || value === 'same')) {
      const choices = ['valid', 'same'];
      editors.push({ is: 'choice', key: key(option), label: 'Padding', value, choices });
    }
    if (option === 'activation') {
      const now = String(value);
      const choices = ACTIVATIONS;
      editors.push({ is: 'choice', key: key(option), label: 'Activation', value: now, choices });
    }
    if (option === 'rate') {
      const now = Number(value);
      const range = { from: 0, to: 0.95, step: 0.05 };
      editors.push({ is: 'number', key: key(option), label: 'Rate', value: now, ...range });
    }
  }
  return editors;
}

/** Of [5, 5] the 5; sizes that differ by axis show their height. */
function oneOf(value: unknown): number {
  return Number(Array.isArray(value) ? value[0] : value);
}

/** Whether a dropout can stand behind the layer, and whether one does. */
export function dropoutBehind({ draft }: EditedModel, layer: string): boolean | undefined {
  const i = draft.layers.findIndex(({ name }) => name === layer);
  const found = draft.layers[i];
  if (found === undefined || i === draft.layers.length - 1) return undefined;
  if (!('kernelInitializer' in found.options) && !POOLINGS.includes(found.kind)) return undefined;
  const next = draft.layers[i + 1];
  if (next?.name === `${layer}Dropout`) return true;
  return next?.kind === 'dropout' ? undefined : false;
}

/** Layers by name, the input first: what arrow keys go through. */
export function layerNamesOf({ draft }: EditedModel): readonly string[] {
  return ['input', ...draft.layers.map(({ name }) => name)];
}

/** The layer that is looked at: the one asked for, or the first with numbers of its own. */
export function chosenLayer(model: EditedModel, asked: string): string {
  const names = layerNamesOf(model);
  if (names.includes(asked)) return asked;
  const first = model.draft.layers.find(({ options }) => 'kernelInitializer' in options);
  return first?.name ?? names[1] ?? 'input';
}
