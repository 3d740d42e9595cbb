/**
 * @file A run told to another program while it trains: events pass through, and each is told before it is handed on.
 *
 * A place that cannot be written is an error before the first step; once training runs, trouble there ends the telling and
 * not the run. What tells is loaded by the runs that are told alone. Next stops: `tensorboard/runLog.ts`,
 * `mlflow/runLog.ts`.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, messageOf, setting } from '../base/errors.ts';
import type { RunEvent } from '../records/performRun.ts';
import { writeError } from './folder/wholeFile.ts';

/** How a run is to be told to TensorBoard. */
export interface TensorBoard {
  /** The run gets a folder of its name in it; default: `tensorboard/` in the run's own folder. */
  readonly folder?: string | undefined;
  /**
   * The largest share of the time that weights, gradients and filters may take: where epochs are short they are told of
   * after some epochs only, and always at the end. Default 0.005.
   */
  readonly insides?: number | undefined;
  /** Told once when event files can no longer be written, in a sentence. */
  readonly onTrouble?: ((words: string) => void) | undefined;
}

/** How a run is to be told to MLflow. */
export interface Mlflow {
  /** MLflow's folder; default: `mlruns`, where MLflow looks for it. */
  readonly folder?: string | undefined;
  /** Name of the experiment that the run is one of; default: the model's name. */
  readonly experiment?: string | undefined;
  /** Told once when its files can no longer be written, in a sentence. */
  readonly onTrouble?: ((words: string) => void) | undefined;
}

export const mlflowFolder = ({ folder = 'mlruns' }: Mlflow): string => folder;

/** Throws where the folder that was named cannot be written. */
export async function checkTold(
  folder: string | undefined,
  option: 'tensorboard' | 'mlflow',
): Promise<void> {
  if (folder === undefined) return;
  const probe = path.join(folder, `.${randomBytes(6).toString('hex')}.probe`);
  try {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(probe, '');
    await fs.rm(probe);
  } catch (error) {
    const { parts } = writeError(folder, error);
    throw new FoveaError({ ...parts, fix: advice`choose another ${setting(option)}` });
  }
}

/** Who is told of a run. */
export interface Listener {
  /** "TensorBoard" */
  readonly name: string;
  /** Whether all files that a run needs could be written to. */
  readonly isOpen: boolean;
  take(event: RunEvent): Promise<void>;
  /** The run ended with an error. */
  fail(): Promise<void>;
  close(): Promise<void>;
}

/** The events as they come. `onTrouble`: told once when telling has ended before the run. */
export async function* told(
  events: AsyncIterable<RunEvent>,
  listener: Listener,
  onTrouble: (words: string) => void = () => undefined,
): AsyncGenerator<RunEvent, void, void> {
  let isBroken = false;
  const breakOff = (error: unknown): void => {
    if (!listener.isOpen || !(error instanceof FoveaError)) throw error;
    if (!isBroken) onTrouble(`${listener.name} is told no more of this run: ${messageOf(error)}`);
    isBroken = true;
  };
  try {
    for await (const event of events) {
      if (!isBroken) await listener.take(event).catch(breakOff);
      yield event;
    }
  } catch (error) {
    if (!isBroken) await listener.fail();
    throw error;
  } finally {
    // What was put off is written now.
    await listener.close().catch((error) => listener.isOpen && breakOff(error));
  }
}
