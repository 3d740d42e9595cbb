/**
 * @file What a start would wait for, done ahead of time: the engine opened, the digits drawn, the first network's
 * program compiled once, so that the code that compiles is warm. What is fetched or chosen waits to be asked for.
 */
import { whenIdle } from '../../frame/whenIdle.ts';
import { sidesOf, type TrainSettings } from './settings.ts';
import { specOf } from './variation.ts';
import { wantedFor } from './wantedData.ts';
import type { Workshop } from './workshop.ts';

/** Begins when the page has nothing else to do; gives the way to leave it. */
export function prepare(workshop: Workshop, settings: TrainSettings): () => void {
  let isWanted = true;
  const work = async (): Promise<void> => {
    const session = await workshop.open();
    if (!isWanted || settings.data !== 'digits') return;
    const data = await workshop.load(wantedFor(settings));
    const [side] = sidesOf(settings);
    if (!isWanted || side === undefined) return;
    const spec = specOf(settings.model, side, data);
    const training = session.fit(spec, data, { batchSize: settings.batch, paused: true });
    // Told once the program is there, before its first step.
    await training.next();
    await training.return();
    await session.release(spec);
  };
  // What cannot be prepared is said when it is asked for.
  const cancel = whenIdle(() => void work().catch(() => {}));
  return () => {
    isWanted = false;
    cancel();
  };
}
