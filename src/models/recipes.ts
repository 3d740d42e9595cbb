/**
 * @file THE table of recipes: how a model was trained where it was published, as settings of a training run.
 *
 * `fovea train MODEL --recipe NAME` takes these where the command line says nothing else. A new recipe is one
 * entry here. Next stop: `train/trainRun.ts`, which knows the settings.
 */
import { UsageError, unknownName } from '../base/errors.ts';

/** Names as `train`'s options have them. */
export interface RecipeSettings {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly validationSplit?: number;
  readonly shuffle?: boolean | 'once';
  readonly loss?: string;
  readonly optimizer?: { readonly kind: string; readonly [option: string]: unknown };
  readonly schedule?: { readonly kind: string; readonly [option: string]: unknown };
}

export interface Recipe {
  /** One line for people. */
  readonly says: string;
  readonly settings: RecipeSettings;
}

const repeat = (times: number, rate: number): number[] => new Array<number>(times).fill(rate);

const recipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  'lenet5-1998': {
    paper: {
      says: 'LeCun et al. 1998: 20 passes, one pattern at a time, diagonal Levenberg-Marquardt',
      settings: {
        epochs: 20,
        batchSize: 1,
        shuffle: 'once',
        loss: 'map',
        optimizer: {
          kind: 'levenbergMarquardt',
          learningRate: 0.0005,
          mu: 0.02,
          patterns: 500,
          lossUnit: 84,
        },
        schedule: {
          kind: 'table',
          rates: [
            ...repeat(2, 0.0005),
            ...repeat(3, 0.0002),
            ...repeat(3, 0.0001),
            ...repeat(4, 0.00005),
            0.00001,
          ],
        },
      },
    },
  },
};

export function recipeOf(model: string, name: string): Recipe {
  const known = Object.hasOwn(recipes, model) ? recipes[model] : {};
  if (Object.hasOwn(known, name)) return known[name];
  if (Object.keys(known).length > 0) throw unknownName('recipe', name, Object.keys(known), true);
  throw new UsageError({
    where: '--recipe',
    problem: `${model} has no recipe "${name}"`,
    expected: `a model that has recipes: ${Object.keys(recipes).join(', ')}`,
  });
}
