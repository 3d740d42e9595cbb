/** @file A program over all batches of a source, one after the other, with pauses. Called by `evaluate.ts`. */
import type { Exchange } from '../../backends/backend.ts';
import type { BatchSource } from '../../data/batches/batchSource.ts';
import type { Feed } from '../feed.ts';
import { type Pause, pauseEvery } from '../turns.ts';

export interface BatchProgram {
  readonly feed: Feed;
  /** With whom it runs, where other processes have a part in it. */
  readonly exchange?: Exchange | undefined;
}

/** Runs the program on batch after batch; `ran` is told which rows it was each time. */
export async function runBatches(
  { feed, exchange }: BatchProgram,
  source: BatchSource,
  pass: number,
  ran: (indices: Int32Array) => Promise<void>,
): Promise<void> {
  const pause: Pause = pauseEvery(0.1);
  for (let b = 0; b < source.batchesPerEpoch; b++) {
    const indices = source.indices(pass, b);
    if (!source.isReady(pass, b)) await source.ready(pass, b);
    const waiting = feed.executable.ready?.();
    if (waiting !== undefined) await waiting;
    feed.bind();
    feed.fill(source, pass, b);
    if (exchange === undefined) feed.executable.run();
    else await feed.executable.runAcross(exchange);
    await ran(indices);
    if (pause.due()) await pause.take();
  }
}
