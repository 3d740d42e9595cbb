/**
 * @file What `run.json` keeps of the ranks that trained a run, and how ranks go on with it.
 *
 * Before: `newRun.ts`.
 */
import { UsageError } from '../base/errors.ts';
import type { Cluster } from '../train/events.ts';
import type { TrainedRecord } from './runRecord.ts';

/**
 * How ranks go on with a run: as ranks did before, where nothing is said. Throws where something else is said; a run of
 * one process alone may go on in any way, and towers have neither gradients nor batches between them.
 */
export function clusterToGoOn(
  where: string,
  cluster: Cluster | undefined,
  { cluster: before }: TrainedRecord,
): Cluster | undefined {
  if (cluster === undefined || before === undefined) return cluster;
  if (cluster.towers === true || before.towers) return cluster;
  const { gradients, synchronizedStatistics } = before;
  const kept = { gradients, synchronizedStatistics };
  for (const name of ['gradients', 'synchronizedStatistics'] as const) {
    const said = cluster[name];
    if (said === undefined || said === kept[name]) continue;
    throw new UsageError({
      where,
      option: name,
      problem: `is ${said}, in the run ${kept[name]}`,
      expected: 'a run goes on as its ranks began it',
      fix: 'leave the setting out, or begin a new run',
    });
  }
  return { ...cluster, ...kept };
}

/** What a record keeps of the ranks that train a run; towers leave what others did before. */
export function recordedCluster(
  cluster: Cluster | undefined,
  before?: TrainedRecord['cluster'],
): Pick<TrainedRecord, 'cluster'> {
  if (cluster === undefined) return {};
  const { ranks, gradients = 'float32', synchronizedStatistics = false, towers = false } = cluster;
  const how = towers && before !== undefined ? before : { gradients, synchronizedStatistics };
  return { cluster: { ...how, ranks: ranks.size, towers } };
}
