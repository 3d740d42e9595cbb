/**
 * @file What a cluster makes of the options of training: this rank's rows of each batch, or its tower.
 *
 * Loaded where ranks train together is what they need: a page that trains alone need not fetch it.
 * Next stops: `runners/ranks.ts`, rows; `towers.ts`, towers.
 */
import type { ModelSpec } from '../nn/spec.ts';
import type { FitOptions } from './events.ts';
import { allHere, type Holding } from './holding.ts';

/** With a cluster: this rank's rows and the runner that adds up the gradients of all, or this rank's tower. */
export async function acrossRanks(
  options: FitOptions,
  spec: ModelSpec,
): Promise<{ readonly options: FitOptions; readonly held: Holding }> {
  const { cluster } = options;
  if (cluster === undefined) return { options, held: allHere };
  const { ranks, ...how } = cluster;
  if (cluster.towers === true) {
    const { Towers } = await import('./towers.ts');
    const held = await Towers.open(ranks, spec);
    return { options: { share: held.share, runner: held.runner, ...options }, held };
  }
  const { ranksRunner } = await import('./runners/ranks.ts');
  const share = { rank: ranks.rank, of: ranks.size };
  return { options: { share, runner: ranksRunner(ranks, how), ...options }, held: allHere };
}
