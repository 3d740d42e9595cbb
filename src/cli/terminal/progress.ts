/**
 * @file What a person sees while a network trains: a live line on a terminal, Keras's lines everywhere.
 *
 *   Epoch 1/3
 *   375/375 - 1s - loss: 0.3021 - accuracy: 0.9102 - val_loss: 0.1420 - val_accuracy: 0.9571 - 3ms/step
 *
 * The live line goes to standard error and is gone before a line is printed.
 */
import type { Ora } from 'ora';
import type { DownloadProgress } from '../../data/index.ts';
import type { FitEvent } from '../../train/events.ts';
import type { Metrics } from '../../train/measures.ts';
import type { LossScalingRecord } from '../../train/progress.ts';

type EpochEvent = Extract<FitEvent, { type: 'epoch' }>;
type BatchEvent = Extract<FitEvent, { type: 'batch' }>;

export interface Live {
  /** Shows a line in the place of the one before; nothing where there is no terminal. */
  show(line: string): void;
  /** Takes it away, so that something can be printed. */
  clear(): void;
}

/** A terminal gets the live line; pipes, files and CI get nothing. */
/** Shows nothing. */
export const noLive: Live = { show: () => undefined, clear: () => undefined };

export async function openLive(): Promise<Live> {
  // A terminal of no width (a bare pseudo-terminal) has no room for it, and ora would never end.
  if (!process.stderr.isTTY || !(process.stderr.columns > 0)) {
    return noLive;
  }
  const { default: ora } = await import('ora');
  // Standard input stays as it is, so that Ctrl-C reaches us as a signal.
  const spinner: Ora = ora({ stream: process.stderr, discardStdin: false });
  return {
    show: (line) => {
      spinner.text = line;
      if (!spinner.isSpinning) spinner.start();
    },
    clear: () => {
      spinner.stop();
    },
  };
}

export const compilingLine = (kernels: number): string =>
  `Compiling ${kernels} ${kernels === 1 ? 'kernel' : 'kernels'} ...`;

/** Less than this share of an epoch's time need not be spoken of. */
const WORTH_SAYING = 0.03;

export function epochLine(event: EpochEvent): string {
  const { batches, seconds, waiting, train, validation, test } = event;
  const parts = [`${batches}/${batches}`, `${Math.round(seconds)}s`, metricsText(train)];
  if (validation !== null) parts.push(metricsText(validation, 'val_'));
  if (test !== undefined) parts.push(metricsText(test, 'test_'));
  parts.push(`${stepTime(seconds, batches)}/step`);
  if (event.lossScaling !== undefined) parts.push(scalingText(event.lossScaling));
  if (waiting > WORTH_SAYING * seconds) {
    parts.push(`${Math.round((100 * waiting) / seconds)} % of it waiting for pictures (--workers)`);
  }
  return parts.join(' - ');
}

/** "3 steps skipped, loss scale 8192" */
function scalingText({ skipped, scale }: LossScalingRecord): string {
  const steps = skipped === 0 ? '' : `${skipped} ${skipped === 1 ? 'step' : 'steps'} skipped, `;
  return `${steps}loss scale ${scale}`;
}

export function metricsText(measured: Metrics, prefix = ''): string {
  const { loss, accuracy, meanAbsoluteError, metrics = {} } = measured;
  const { accuracy: _, meanAbsoluteError: asked, ...others } = metrics;
  const named = { loss, accuracy, mae: meanAbsoluteError ?? asked, ...others };
  return Object.entries(named)
    .flatMap(([name, value]) =>
      value === undefined ? [] : `${prefix}${name}: ${value.toFixed(4)}`,
    )
    .join(' - ');
}

/** ━━━━━━━━━─────────── 168/375 - 4s left - 18ms/step - loss: 0.2010 - accuracy: 0.9391 */
export function batchLine(event: BatchEvent): string {
  const { batch, batches, seconds } = event;
  const left = (seconds / batch) * (batches - batch);
  return [
    `${bar(batch / batches)} ${batch}/${batches}`,
    left >= 1 ? `${Math.ceil(left)}s left` : `${seconds.toFixed(1)}s`,
    `${stepTime(seconds, batch)}/step`,
    metricsText(event),
  ].join(' - ');
}

export function downloadLine({ file, received, total }: DownloadProgress): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `Downloading ${file} ${bar(received / total)} ${megabytes(received)} of ${megabytes(total)} MB`;
}

/** A bar of `width` cells; also for probabilities. */
export function bar(share: number, width = 20): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '━'.repeat(filled) + '─'.repeat(width - filled);
}

function stepTime(seconds: number, steps: number): string {
  const milliseconds = (1000 * seconds) / steps;
  return milliseconds >= 1000
    ? `${(milliseconds / 1000).toFixed(1)}s`
    : `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)}ms`;
}
