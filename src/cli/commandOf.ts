/**
 * @file The command that trains a run again, from its record.
 *
 * Next stop: `report/page.ts`, which prints it.
 */
import { isImported, type RunRecord } from '../records/runRecord.ts';
import { quoted } from './terminal/words.ts';

/**
 * The command that trains it again, where a command can say all of it: what it leaves out is in run.json. `name` is of
 * the run.
 */
export function commandOf(record: RunRecord, name: string): string | undefined {
  if (isImported(record)) return undefined;
  const { settings, data, model, from } = record;
  const words = ['fovea', 'train', `runs/${name}/model.json`, '--data', data.name];
  const option = (flag: string, value: string | number | null, unsaid?: string | number): void => {
    if (value !== null && value !== unsaid) words.push(flag, String(value));
  };
  option('--epochs', settings.epochs);
  option('--batch-size', settings.batchSize, 128);
  option('--validation-split', settings.validationSplit, 0);
  option('--seed', settings.seed, 0);
  option('--optimizer', settings.optimizer.kind);
  option('--learning-rate', settings.optimizer.learningRate);
  const rates = Object.entries(settings.learningRates ?? {}).map((pair) => pair.join('='));
  if (rates.length > 0) option('--learning-rates', rates.join(','));
  if (settings.pretrain !== undefined) option('--pretrain', pretrainWords(settings.pretrain));
  option('--loss', settings.loss);
  option('--patience', settings.patience);
  option('--train-count', data.trainCount);
  option('--test-count', data.testCount);
  if (from !== null) option('--from', from.path);
  if (settings.freeze.length > 0) option('--freeze', settings.freeze.join(','));
  option('--name', `${model}-again`);
  return words.map(quoted).join(' ');
}

function pretrainWords({ method, ...settings }: { readonly method: string }): string {
  const said = Object.entries(settings).map((pair) => pair.join('='));
  return [method, ...said].join(',');
}
