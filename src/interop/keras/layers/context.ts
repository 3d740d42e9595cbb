/**
 * @file What the translation of a Keras layer works with: its config, what it reads, and where its layers and numbers go.
 *
 * Layouts: a tensor is `turned` where Keras holds it as (channels, height, width) and here it is (height, width, channels).
 * Layers that work on channels-first images read and give turned tensors; whoever needs Keras's own order asks for it and
 * gets a permute layer. Next stop: `windows.ts`.
 */
import type { FoveaError } from '../../../base/errors.ts';
import { type NonEmpty, nonEmpty } from '../../../base/lists.ts';
import type { Shape } from '../../../base/shape.ts';
import type { BuiltTensor } from '../../specBuilder.ts';
import type { LayerConfig } from '../config.ts';

export interface KerasTensor extends BuiltTensor {
  readonly turned: boolean;
}

/** Numbers of a Keras layer: of which shape they are in Keras's files, and where they go here. */
export interface Variable {
  /** "kernel" */
  readonly name: string;
  readonly shape: Shape;
  /** The state that holds them, under the state's own shape; undefined: they are not needed. */
  readonly state?: string;
  readonly trainable: boolean;
}

export interface LayerContext {
  readonly className: string;
  readonly name: string;
  readonly where: string;
  readonly config: LayerConfig;
  readonly inputs: NonEmpty<KerasTensor>;
  /** 1, 2 or 3: some functions changed. */
  readonly kerasVersion: number;
  /** Adds a layer behind `reads` (default: what the Keras layer reads); `turned` says how its result lies. */
  add(
    kind: string,
    options?: Readonly<Record<string, unknown>>,
    more?: {
      readonly reads?: NonEmpty<KerasTensor>;
      readonly turned?: boolean;
      /** Behind the layer's name. */
      readonly suffix?: string;
      readonly trainable?: boolean;
    },
  ): KerasTensor;
  /** The Keras layer's numbers, in Keras's order: those of the layer that gave `tensor`, or of none. */
  holds(
    variables: readonly {
      readonly name: string;
      /** Of the layer that gave `tensor`. */
      readonly parameter?: string;
      readonly tensor?: KerasTensor;
      /** In Keras's files; default: as here. */
      readonly shape?: Shape;
      readonly trainable?: boolean;
    }[],
  ): void;
  /** Numbers that the config says, or that Keras leaves away. */
  sets(tensor: KerasTensor, parameter: string, numbers: readonly number[] | number): void;
  note(text: string): void;
  refused(problem: string, fix?: string): FoveaError;
}

export type Translation = (context: LayerContext) => KerasTensor;

/** The one tensor a layer reads. */
export function only({ inputs, refused }: LayerContext): KerasTensor {
  if (inputs.length === 1) return inputs[0];
  throw refused(`it reads ${inputs.length} layers`);
}

const LAST = [2, 3, 1];
const FIRST = [3, 1, 2];

/** With the axes in Keras's own order. */
export function asInKeras(context: LayerContext, tensor: KerasTensor): KerasTensor {
  if (!tensor.turned) return tensor;
  return context.add(
    'permute',
    { dims: FIRST },
    { reads: [tensor], turned: false, suffix: 'first' },
  );
}

/** A channels-first image with its channels last. */
export function channelsLast(context: LayerContext, tensor: KerasTensor): KerasTensor {
  if (tensor.turned || tensor.shape.length !== 3) return tensor;
  return context.add('permute', { dims: LAST }, { reads: [tensor], turned: true, suffix: 'last' });
}

export type DataFormat = 'channels_last' | 'channels_first';

export function dataFormat({ config }: LayerContext): DataFormat {
  return config.choice('data_format', ['channels_last', 'channels_first'], 'channels_last');
}

/** The image a layer works on, channels last; what it gives lies the same way. */
export function imageOf(context: LayerContext): KerasTensor {
  const image = only(context);
  return dataFormat(context) === 'channels_first'
    ? channelsLast(context, image)
    : asInKeras(context, image);
}

/** Tensors that all lie the same way; turned only where all are. */
export function alike(
  context: LayerContext,
  tensors: NonEmpty<KerasTensor>,
): NonEmpty<KerasTensor> {
  if (tensors.every(({ turned }) => turned)) return tensors;
  return nonEmpty(
    tensors.map((tensor) => asInKeras(context, tensor)),
    'inputs',
  );
}

/** An axis of Keras (the batch is 0, the last is -1) as one of the tensor's, from 0, without the batch. */
export function axisOf(context: LayerContext, tensor: KerasTensor, axis: number): number {
  const rank = tensor.shape.length;
  const own = axis < 0 ? rank + axis : axis - 1;
  if (own >= 0 && own < rank) return own;
  throw context.refused(`its axis ${axis} is none of the ${rank} of one row`);
}

/**
 * Runs `work` on tensors whose Keras axis `axis` stands last, and gives its result in the order of before. What lies
 * channels first needs no move for its channels.
 */
export function withAxisLast(
  context: LayerContext,
  axis: number,
  work: (tensors: NonEmpty<KerasTensor>) => KerasTensor,
): KerasTensor {
  const given = alike(context, context.inputs);
  const [first] = given;
  const rank = first.shape.length;
  if (first.turned && axisOf(context, first, axis) === 0) return work(given);
  const images = nonEmpty(
    given.map((tensor) => asInKeras(context, tensor)),
    'inputs',
  );
  const at = axisOf(context, first, axis);
  if (at === rank - 1) return work(images);
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== at);
  const order = [...others, at];
  const moved = images.map((tensor) =>
    context.add('permute', { dims: order.map((i) => i + 1) }, { reads: [tensor], suffix: 'last' }),
  );
  const result = work(nonEmpty(moved, 'inputs'));
  const back = order.map((_, i) => order.indexOf(i) + 1);
  return context.add('permute', { dims: back }, { reads: [result], suffix: 'back' });
}
