/**
 * @file What a report says of a run in words: facts as pairs, and a sentence for its head.
 */
import { formatBytes } from '../base/units.ts';
import type { ReadableRun } from '../records/comparedRuns.ts';
import { isImported, type TrainedRecord } from '../records/runRecord.ts';

export type Fact = readonly [name: string, value: string];

const count = (n: number): string => n.toLocaleString('en-US');

export function factsOf({ record, history }: ReadableRun): Fact[] {
  if (isImported(record)) {
    const { file, producedBy, notes, digest } = record.imported;
    return [
      ['model', record.model],
      ['imported from', file],
      ['made by', producedBy],
      ['SHA-256 of the file', digest],
      ...notes.map((note): Fact => ['on the way in', note]),
      ['Fovea', record.versions.fovea],
    ];
  }
  const { data, settings, backend, versions, from } = record;
  const stepBytes = record.results?.stepBytes;
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  return [
    ['model', record.model],
    [
      'data',
      `${data.name}: ${count(data.train)} training, ${count(data.validation)} validation, ${count(data.test)} test pictures`,
    ],
    ['began with', from === null ? 'weights that were drawn' : `the weights of ${from.path}`],
    ['epochs', `${history.length} of ${settings.epochs}, in batches of ${settings.batchSize}`],
    ['loss', settings.loss],
    ['optimizer', wordsOf(settings.optimizer)],
    ...(settings.pretrain === undefined
      ? []
      : [['taught before without labels', pretrainWords(settings.pretrain)] as const]),
    ...(settings.learningRates === undefined
      ? []
      : [['learning rate times', ratesOf(settings.learningRates)] as const]),
    ['schedule', wordsOf(settings.schedule)],
    ['augmentation', augmentationWords(settings.augmentation)],
    ['seed', String(settings.seed)],
    ...(settings.freeze.length === 0 ? [] : [['frozen', settings.freeze.join(', ')] as const]),
    ['time', `${seconds.toFixed(1)} s of training and validation`],
    ...(stepBytes === undefined
      ? []
      : [['memory', `${formatBytes(stepBytes)} planned for a step of training`] as const]),
    ['computed with', backend.plan],
    ['started', record.startedAt],
    [
      'Fovea',
      [versions.fovea, versions.node && `Node ${versions.node}`, versions.browser]
        .filter(Boolean)
        .join(', '),
    ],
  ];
}

/** "rbm, epochs 5" */
const pretrainWords = ({ method, ...options }: Readonly<Record<string, unknown>>): string =>
  wordsOf({ kind: method, ...options });

/** "0.1 (conv*), 2 (dense)" */
const ratesOf = (rates: Readonly<Record<string, number>>): string =>
  Object.entries(rates)
    .map(([layers, factor]) => `${factor} (${layers})`)
    .join(', ');

/** "adam, learningRate 0.003, beta1 0.9" */
function wordsOf({ kind, ...options }: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(options).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [String(kind), ...said].join(', ');
}

function augmentationWords({ steps, mean }: TrainedRecord['settings']['augmentation']): string {
  const words = steps.map(({ name, amount }) => `${name} ${amount}`);
  if (mean !== null) words.push(`mean of each ${mean} taken off`);
  return words.length === 0 ? 'none' : words.join(', ');
}

/** One sentence for the head of the page. */
export function headline(
  {
    count: rows,
    accuracy,
    mistakeCount,
  }: { count: number; accuracy: number; mistakeCount: number },
  dataset: string,
): string {
  const share = `${(Math.floor(10_000 * accuracy) / 100).toFixed(2)} %`;
  return `${share} of ${count(rows)} test pictures of ${dataset} read rightly, ${count(mistakeCount)} wrongly.`;
}
