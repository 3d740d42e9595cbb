/**
 * @file What TensorBoard's table of hyperparameters reads: the settings of a run, when it began, how it ended.
 *
 * They stand in the metadata of summaries under names that the plugin knows. A metric's group is the folder below the
 * session's own whose scalars bear its tag. Source: tensorboard/plugins/hparams/{metadata,summary_v2}.py.
 */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { SummaryValue } from './events.ts';
import {
  DatasetType,
  DataType,
  HParamsPluginDataSchema,
  HParamType,
  Status,
} from './proto/schema.ts';

export type HParam = number | string | boolean;

export interface RunMetric {
  readonly group: string;
  readonly tag: string;
}

const TYPES = {
  number: HParamType.DATA_TYPE_FLOAT64,
  string: HParamType.DATA_TYPE_STRING,
  boolean: HParamType.DATA_TYPE_BOOL,
} as const;

const typeOf = (value: HParam) => TYPES[typeof value as keyof typeof TYPES];

const datasetOf = ({ group }: RunMetric): DatasetType =>
  group === 'train' ? DatasetType.DATASET_TRAINING : DatasetType.DATASET_VALIDATION;

/** Which settings and metrics there are, and the settings of this run. */
export function startOfSession(
  name: string,
  hparams: Readonly<Record<string, HParam>>,
  metrics: readonly RunMetric[],
  startTimeSecs: number,
): SummaryValue[] {
  const hparamInfos = Object.entries(hparams).map(([key, value]) => ({
    name: key,
    type: typeOf(value),
  }));
  const metricInfos = metrics.map((metric) => ({ name: metric, datasetType: datasetOf(metric) }));
  const experiment = { hparamInfos, metricInfos, timeCreatedSecs: startTimeSecs };
  const values = Object.entries(hparams).map(([key, value]) => [key, { kind: kindOf(value) }]);
  const session = { hparams: Object.fromEntries(values), groupName: name, startTimeSecs };
  return [
    pluginValue('_hparams_/experiment', { case: 'experiment', value: experiment }),
    pluginValue('_hparams_/session_start_info', { case: 'sessionStartInfo', value: session }),
  ];
}

export function endOfSession(isSuccess: boolean, endTimeSecs: number): SummaryValue[] {
  const status = isSuccess ? Status.SUCCESS : Status.FAILURE;
  const value = { status, endTimeSecs };
  return [pluginValue('_hparams_/session_end_info', { case: 'sessionEndInfo', value })];
}

function kindOf(value: HParam) {
  if (typeof value === 'number') return { case: 'numberValue', value } as const;
  if (typeof value === 'string') return { case: 'stringValue', value } as const;
  return { case: 'boolValue', value } as const;
}

function pluginValue(
  tag: string,
  data: NonNullable<MessageInitShape<typeof HParamsPluginDataSchema>['data']>,
): SummaryValue {
  const content = toBinary(
    HParamsPluginDataSchema,
    create(HParamsPluginDataSchema, { version: 0, data }),
  );
  return {
    tag,
    metadata: { pluginData: { pluginName: 'hparams', content } },
    // Readers want some value beside the metadata.
    value: {
      case: 'tensor',
      value: { dtype: DataType.DT_FLOAT, tensorShape: { dim: [{ size: 1n }] }, floatVal: [0] },
    },
  };
}
