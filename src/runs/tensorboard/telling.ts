/**
 * @file How a run is to be told to TensorBoard, and whether it can be: asked before the first step.
 *
 * Apart from `runLog.ts`, which tells: that is loaded, with the messages of event files, by the runs that are told alone.
 * Next stop: `../trainRun.ts`.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, setting } from '../../base/errors.ts';
import { writeError } from '../folder/wholeFile.ts';

/** How a run is to be told. */
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

/** Throws where the folder that was named cannot be written. */
export async function checkTold({ folder }: TensorBoard): Promise<void> {
  if (folder === undefined) return;
  const probe = path.join(folder, `.${randomBytes(6).toString('hex')}.probe`);
  try {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(probe, '');
    await fs.rm(probe);
  } catch (error) {
    const { parts } = writeError(folder, error);
    throw new FoveaError({ ...parts, fix: advice`choose another ${setting('tensorboard')}` });
  }
}
