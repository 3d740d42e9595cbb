/**
 * @file What TensorBoard is told, as the bytes of one event each: numbers, pictures, histograms, a graph.
 *
 * Summaries have the plain forms that every version of TensorBoard and every other reader of event files knows.
 * Before: `records.ts`, which frames them. Next stops: `graph.ts`, `hparams.ts`; `runs/tensorboard/`, which writes files.
 */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { histogramOf } from './histogram.ts';
import {
  type Event,
  EventSchema,
  type GraphDef,
  GraphDefSchema,
  SessionLog_SessionStatus,
  type Summary_ValueSchema,
} from './proto/schema.ts';
import { readRecords } from './records.ts';

export type SummaryValue = MessageInitShape<typeof Summary_ValueSchema>;

/** When an event was: seconds since 1970, and the step it tells of. */
export interface Moment {
  readonly wallTime: number;
  readonly step: number;
}

type What = NonNullable<MessageInitShape<typeof EventSchema>['what']>;

function eventOf({ wallTime, step }: Moment, what: What, writer?: string): Uint8Array {
  const sourceMetadata = writer === undefined ? {} : { sourceMetadata: { writer } };
  const event = create(EventSchema, { wallTime, step: BigInt(step), what, ...sourceMetadata });
  return toBinary(EventSchema, event);
}

/** What an event file begins with. */
export const versionEvent = (wallTime: number, writer: string): Uint8Array =>
  eventOf({ wallTime, step: 0 }, { case: 'fileVersion', value: 'brain.Event:2' }, writer);

/** From here on: whatever files before told of this step and later ones no longer counts. */
export const startEvent = (moment: Moment): Uint8Array =>
  eventOf(moment, { case: 'sessionLog', value: { status: SessionLog_SessionStatus.START } });

export const graphEvent = (moment: Moment, graph: GraphDef): Uint8Array =>
  eventOf(moment, { case: 'graphDef', value: toBinary(GraphDefSchema, graph) });

export const summaryEvent = (moment: Moment, value: readonly SummaryValue[]): Uint8Array =>
  eventOf(moment, { case: 'summary', value: { value: [...value] } });

export const scalar = (tag: string, value: number): SummaryValue => ({
  tag,
  value: { case: 'simpleValue', value: Math.fround(value) },
});

/** Of a PNG picture in grey or colour, whose size stands in its first bytes. */
export function image(tag: string, png: Uint8Array): SummaryValue {
  const view = new DataView(png.buffer, png.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const colorspace = 3;
  return {
    tag,
    value: { case: 'image', value: { width, height, colorspace, encodedImageString: png } },
  };
}

/** Nothing where no number is finite. */
export function histogram(tag: string, numbers: ArrayLike<number>): SummaryValue[] {
  const value = histogramOf(numbers);
  return value === undefined ? [] : [{ tag, value: { case: 'histo', value } }];
}

/** The events of a file, up to the last whole one. */
export function readEvents(file: Uint8Array): Event[] {
  return readRecords(file).records.map((record) => fromBinary(EventSchema, record));
}
