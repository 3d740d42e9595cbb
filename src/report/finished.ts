/**
 * @file The page of a run that has just ended, from what its last evaluation found: nothing is measured twice.
 *
 * Next stop: `contents.ts`.
 */
import { pictureNames } from '../data/pictureNames.ts';
import type { FinishedRebuild, FinishedRun } from '../records/finishRun.ts';
import type { TrainedRecord } from '../records/runRecord.ts';
import { contentsOf } from './contents.ts';
import { reportPage } from './page.ts';
import { rebuiltContents } from './rebuiltContents.ts';
import { rebuiltPage } from './rebuiltPage.ts';

/** `commandOf`: what trains it again, where a command can say it. */
export async function finishedPage(
  finished: FinishedRun | FinishedRebuild,
  commandOf: (record: TrainedRecord, name: string) => string | undefined = () => undefined,
): Promise<string> {
  const { path, record, spec, history, dataset, reading, session } = finished;
  const name = path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');
  const known = { name, record, spec, history, fault: null, inUse: false };
  if ('rebuilt' in finished) {
    const run = { ...known, hasMistakes: false };
    const metrics = finished.rebuilt;
    const contents = await rebuiltContents({ run, spec, dataset, reading, session, metrics });
    return rebuiltPage(contents, commandOf(record, name));
  }
  const { test, insights } = finished;
  const run = { ...known, hasMistakes: test.mistakeCount > 0 };
  const measured = {
    evaluation: test,
    insights,
    dataset: dataset.name,
    nameOf: await pictureNames(dataset.test),
  };
  const contents = await contentsOf({ run, spec, dataset, reading, session, measured });
  return reportPage(contents, commandOf(record, name));
}
