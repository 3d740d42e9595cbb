/**
 * @file The page of a run that has just ended, from what its last evaluation found: nothing is measured twice.
 *
 * Next stop: `contents.ts`.
 */
import { pictureNames } from '../data/pictureNames.ts';
import type { FinishedRun } from '../records/performRun.ts';
import type { TrainedRecord } from '../records/runRecord.ts';
import { contentsOf } from './contents.ts';
import { reportPage } from './page.ts';

/** `commandOf`: what trains it again, where a command can say it. */
export async function finishedPage(
  { path, record, spec, history, dataset, reading, session, test, insights }: FinishedRun,
  commandOf: (record: TrainedRecord, name: string) => string | undefined = () => undefined,
): Promise<string> {
  const name = path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');
  const hasMistakes = test.mistakeCount > 0;
  const run = { name, record, spec, history, fault: null, inUse: false, hasMistakes };
  const measured = {
    evaluation: test,
    insights,
    dataset: dataset.name,
    nameOf: await pictureNames(dataset.test),
  };
  const contents = await contentsOf({ run, spec, dataset, reading, session, measured });
  return reportPage(contents, commandOf(record, name));
}
