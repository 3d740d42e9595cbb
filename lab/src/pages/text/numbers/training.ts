/**
 * @file The recipes of notebooks, as the library trains by them.
 */
import { recipeOf, validationSplit as splitOff } from 'fovea/web';

/** Pictures of the published sets. */
export const pictures = {
  mnist: { train: 60_000, test: 10_000 },
  cifar10: { train: 50_000, test: 10_000 },
} as const;

export interface Notebook {
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
  readonly optimizer: { readonly kind: string; readonly learningRate: number };
}

export function notebook(model: string): Notebook {
  const {
    epochs = 0,
    batchSize = 0,
    validationSplit = 0,
    optimizer,
  } = recipeOf(model, 'text').settings;
  return {
    epochs,
    batchSize,
    validationSplit,
    optimizer: { kind: optimizer?.kind ?? '', learningRate: Number(optimizer?.learningRate) },
  };
}

/** What is left to train on, and in how many steps. */
export function splitInto(count: number, { batchSize, validationSplit }: Notebook) {
  const nothing = new Uint8Array(0);
  const { train } = splitOff({ count, images: nothing, labels: nothing }, validationSplit);
  const left = train.count;
  return { left, steps: Math.ceil(left / batchSize) };
}
