/**
 * @file What a command line of `fovea train` asks for, as far as it goes without a place: model, recipe, settings.
 *
 * Next stops: `options/trainingRequest.ts`; `commands/train.ts`, `sweep/trial.ts`, which train it.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Recipe, RecipeSettings } from '../models/recipes.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { RunRecord } from '../records/runRecord.ts';
import type { RunConditions } from '../runs/trainRun.ts';
import { resolveModel, resolveModelToTrain, resolveRun, withGivenInput } from './models.ts';
import type { TrainingOptions } from './options/trainingOptions.ts';
import { requestOf } from './options/trainingRequest.ts';
import { wrapped } from './terminal/wrap.ts';

export interface AskedTraining {
  /** Of the model. */
  readonly name: string;
  readonly spec: ModelSpec;
  /** Whether its last layer is made for the classes of the data. */
  readonly adapts: boolean;
  /** The run, or the folder of a model with weights, that it begins with. */
  readonly base: string | undefined;
  readonly recipe: RecipeSettings;
}

export async function askedTraining(
  model: string,
  options: TrainingOptions,
  say: (words: string) => void,
): Promise<AskedTraining> {
  const { defaultsOf, recipeOf } = await import('../models/recipes.ts');
  const { name } = await resolveModel(model);
  const recipe: Partial<Recipe> & Pick<Recipe, 'settings'> =
    options.recipe === undefined ? { settings: defaultsOf(name) } : recipeOf(name, options.recipe);
  if (recipe.says !== undefined) {
    say(wrapped(`Recipe "${options.recipe}": ${recipe.says}`));
  }
  const { spec: own, adapts, run } = await resolveModelToTrain(model, recipe.model);
  const spec = await withGivenInput(own, options.input);
  const base = options.from === undefined ? run : resolveRun(options.from);
  return { name, spec, adapts, base, recipe: recipe.settings };
}

/** What a new run is asked for. */
export async function newRequest(
  { base, recipe }: AskedTraining,
  options: TrainingOptions,
  command: Command,
  say: (words: string) => void,
) {
  return requestOf(options, recipe, await recordOf(base), command, say);
}

/** What a run was trained on and how, where the folder is one. */
async function recordOf(folder: string | undefined): Promise<RunRecord | undefined> {
  if (folder === undefined || !existsSync(path.join(folder, 'run.json'))) return undefined;
  const { RunFolder } = await import('../runs/folder/runFolder.ts');
  return (await RunFolder.open(folder)).readRecord();
}

/** Who else is told of a run. `experiment`: that of MLflow, where the model does not name it. */
export function toldOf(
  { tensorboard, mlflow }: Pick<TrainingOptions, 'tensorboard' | 'mlflow'>,
  onTrouble: (words: string) => void,
  experiment?: string,
): Pick<RunConditions, 'tensorboard' | 'mlflow'> {
  const placed = (said: string | true) => (said === true ? {} : { folder: said });
  return {
    ...(tensorboard === undefined ? {} : { tensorboard: { ...placed(tensorboard), onTrouble } }),
    ...(mlflow === undefined ? {} : { mlflow: { ...placed(mlflow), experiment, onTrouble } }),
  };
}
