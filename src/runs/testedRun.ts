/**
 * @file A saved run with its test split and an open session: what every measurement of a run begins with.
 */
import type { Session } from '../backends/backend.ts';
import { openSession } from '../backends/select.ts';
import { openDataset } from '../data/open.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import type { EvaluateRunRequest } from './evaluateRun.ts';
import { checkSameClasses } from './expectedRun.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import type { RunRecord } from './folder/runRecord.ts';
import { fitted } from './runData.ts';

export type TestRequest = Pick<
  EvaluateRunRequest,
  'folder' | 'data' | 'testCount' | 'backend' | 'load'
>;

export interface TestedRun {
  readonly record: RunRecord;
  readonly spec: ModelSpec;
  readonly weights: TrainedModel['weights'];
  readonly dataset: AnyDataset;
  readonly session: Session;
}

/** Runs `task` and closes the session, whatever comes of it. */
export async function withTestedRun<T>(
  request: TestRequest,
  task: (run: TestedRun) => Promise<T>,
): Promise<T> {
  const { folder, testCount } = request;
  const record = await (await RunFolder.open(folder)).readRecord();
  const { spec, weights, classes: answers } = await loadModel(folder);
  const loaded = await openDataset(request.data ?? record.data.name, {
    ...request.load,
    imageShape: imageShapeOf(spec),
    ...(testCount === undefined ? {} : { testCount }),
  });
  const dataset = fitted(spec, loaded);
  checkSameClasses(folder, answers, dataset);
  const session = await openSession(request.backend);
  try {
    return await task({ record, spec, weights, dataset, session });
  } finally {
    await session.close();
  }
}
