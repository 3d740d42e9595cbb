/**
 * @file The settings of a run as a flat list, for programs that compare runs by such. Next stops: `runs/tensorboard/`,
 * `runs/mlflow/`.
 */
import type { TrainedRecord } from './runRecord.ts';

export type PlainSetting = number | string | boolean;

/** Model, data and all settings of a run that has them: "batchSize", "optimizer.learningRate". */
export function plainSettings({
  model,
  data,
  settings,
}: TrainedRecord): Record<string, PlainSetting> {
  const plain: Record<string, PlainSetting> = {};
  const put = (name: string, value: unknown): void => {
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
      plain[name] = value;
    } else if (Array.isArray(value)) {
      if (value.length > 0) plain[name] = JSON.stringify(value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) put(`${name}.${key}`, inner);
    }
  };
  put('model', model);
  put('data', data.name);
  put('trainingPictures', data.train);
  for (const [name, value] of Object.entries(settings)) put(name, value);
  return plain;
}
