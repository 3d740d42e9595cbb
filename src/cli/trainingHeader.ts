/**
 * @file What `fovea train` says before the first step: model, data, optimizer, rate and schedule, and what is unusual.
 *
 * Before: `trainingPrinter.ts`.
 */

import type { RunEvent } from '../records/performRun.ts';
import type { TrainedRecord } from '../records/runRecord.ts';
import { wrapped } from './terminal/wrap.ts';

const count = (n: number): string => n.toLocaleString('en-US');

/** `called`: the model in the words of the command line, with what they change in it. */
export function readyLines(
  { record, resumed, cluster }: Extract<RunEvent, { type: 'ready' }>,
  called: string,
): string {
  const { model, data } = record;
  const name = called.startsWith(`${model},`) ? called : model;
  const validation = data.validation === 0 ? '' : `, ${count(data.validation)} to validate`;
  const lines = [
    `Training ${name} on ${data.name}: ${howWords(record.settings)}; ${count(data.train)} pictures${validation}, ${count(data.test)} to test`,
  ];
  if (record.from !== null) lines.push(originLine(record.from));
  if (record.settings.freeze.length > 0) {
    lines.push(`Frozen: ${record.settings.freeze.join(', ')}`);
  }
  if (record.settings.precision !== 'float32') {
    lines.push('Products in half precision (float16), the loss scaled; weights stay float32');
  }
  lines.push(...exchangeLines(cluster));
  if (resumed !== null) lines.push(`Going on after epoch ${resumed.epoch}, batch ${resumed.batch}`);
  if (record.settings.patience !== null && data.validation === 0) {
    lines.push(
      'No pictures are kept for validation: patience goes by the training rows, whose loss rises late if at all (--validation-split 0.1 keeps some)',
    );
  }
  return wrapped(lines.join('\n'));
}

/** What is unusual in how ranks train together. */
function exchangeLines(cluster: TrainedRecord['cluster']): string[] {
  if (cluster === undefined || cluster.towers) return [];
  return [
    ...(cluster.gradients === 'float16' ? ['Gradients travel as float16'] : []),
    ...(cluster.synchronizedStatistics ? ['Batch statistics are those of all ranks'] : []),
  ];
}

/** Whose weights it began with, and which layers are new. */
function originLine({
  path: from,
  epoch,
  kept,
  drawn,
}: NonNullable<TrainedRecord['from']>): string {
  const when = epoch === null ? '' : ` after epoch ${epoch}`;
  const fresh = drawn.length === 0 ? '' : `; drawn anew: ${drawn.join(', ')}`;
  return `Begins with the weights of ${from}${when}: ${kept.join(', ')}${fresh}`;
}

/** "Adam, learning rate 0.003, constant" */
function howWords({ optimizer, schedule }: TrainedRecord['settings']): string {
  const { kind, learningRate, momentum } = optimizer;
  const name = OPTIMIZERS[kind] ?? kind;
  const moving = typeof momentum === 'number' && momentum > 0 ? ` with momentum ${momentum}` : '';
  return `${name}${moving}, learning rate ${learningRate}, ${scheduleWords(schedule)}`;
}

/** "step (every 5, factor 0.5)" */
function scheduleWords({ kind, ...settings }: TrainedRecord['settings']['schedule']): string {
  const said = Object.entries(settings).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    return [`${name} ${Array.isArray(value) ? value.join('/') : String(value)}`];
  });
  return said.length === 0 ? kind : `${kind} (${said.join(', ')})`;
}

/** As papers write them. */
const OPTIMIZERS: Readonly<Record<string, string>> = {
  adam: 'Adam',
  adamw: 'AdamW',
  sgd: 'SGD',
  levenbergMarquardt: 'Levenberg-Marquardt',
};
