/**
 * @file A process that measures trials: started by `pool.ts`, told what to measure, gone when its parent is.
 *
 * Ctrl-C reaches every process of a terminal; this one leaves it to its parent, which stops it.
 */
import type { OpenOptions } from '../../backends/select.ts';
import { type ErrorParts, FoveaError } from '../../base/errors.ts';
import { studyOf } from '../index.ts';
import type { Form } from '../study.ts';
import { type MeasuredTrial, type Measurer, openMeasurer } from './measureTrial.ts';

export type ToProcess =
  | {
      readonly kind: 'setup';
      readonly study: string;
      readonly form: Form;
      readonly backend: OpenOptions;
      /** Of the data sets. */
      readonly folder: string | undefined;
    }
  | { readonly kind: 'measure'; readonly id: string };

export type FromProcess =
  | { readonly kind: 'measured'; readonly trial: MeasuredTrial }
  | { readonly kind: 'failed'; readonly parts: ErrorParts | undefined; readonly message: string };

let measurer: Promise<Measurer> | undefined;

async function answer(message: ToProcess): Promise<void> {
  if (message.kind === 'setup') {
    const { study, form, backend, folder } = message;
    measurer = openMeasurer(studyOf(study), form, backend, folder);
    await measurer;
    return;
  }
  const trial = await (await measurer)?.measure(message.id);
  if (trial !== undefined) say({ kind: 'measured', trial });
}

function say(message: FromProcess): void {
  process.send?.(message);
}

process.on('message', (message: ToProcess) => {
  answer(message).catch((error: unknown) => {
    const parts = error instanceof FoveaError ? error.parts : undefined;
    say({ kind: 'failed', parts, message: String(error instanceof Error ? error.stack : error) });
  });
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);
