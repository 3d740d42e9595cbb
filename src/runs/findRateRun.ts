/**
 * @file Finding a learning rate for a run that is not begun: as `trainRun` would train it, in no folder.
 *
 * Settings, data and first weights are those of the run; what is done to the weights is thrown away. Next stop:
 * `train/findRate.ts`.
 */
import { validationSplit } from '../data/batches/batches.ts';
import { imageShapeOf } from '../nn/spec.ts';
import { planNewRun } from '../records/newRun.ts';
import { fitSettingsOf, settingsOf } from '../records/settings.ts';
import { type FindRateEvent, type FindRateOptions, findRate } from '../train/findRate.ts';
import { openStartingPoint } from './startingFolder.ts';
import { openTraining, type TrainRequest } from './trainRun.ts';

type Left = 'folder' | 'overwrite' | 'cluster' | 'tensorboard' | 'mlflow' | 'page';

export interface FindRateRequest extends Omit<TrainRequest, Left> {
  readonly range?: Pick<FindRateOptions, 'from' | 'to' | 'steps'> | undefined;
}

export async function* findRateRun(
  request: FindRateRequest,
): AsyncGenerator<FindRateEvent, void, void> {
  const { spec: model, augment, settings: given, reading, range, signal } = request;
  const asked = settingsOf(model, augment, given);
  const start = request.from === undefined ? undefined : await openStartingPoint(request.from);
  const [data, session] = await openTraining(request, request.data, imageShapeOf(model), request);
  try {
    const plan = await planNewRun({ ...request, settings: asked, data, session, start });
    const { spec, dataset, record, initialWeights } = plan;
    // Pictures of the validation are left alone here too.
    const { train } = validationSplit(dataset.train, record.settings.validationSplit);
    const { augmentation } = record.settings;
    yield* findRate(
      session,
      spec,
      { ...dataset, train, validation: null },
      {
        ...fitSettingsOf(record.settings),
        ...range,
        ...{ validationSplit: 0, watchTest: false },
        reading: { ...reading, stored: dataset.imageShape, augmentation },
        ...(initialWeights === undefined ? {} : { initialWeights }),
        ...(signal === undefined ? {} : { signal }),
      },
    );
  } finally {
    await session.close();
  }
}
