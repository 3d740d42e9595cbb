/**
 * @file Our layers as PyTorch's modules hold them: the tensors of each, with their names, shapes and layouts.
 *
 *   conv2d            weight (filters, C / groups, KH, KW), bias
 *   dense             weight (units, inputs), bias
 *   batchNormalization  weight, bias, running_mean, running_var
 *
 * Before: `../channelsFirst/rowOrders.ts`. Next stop: `ontoSpec.ts`, which reads them; `../pytorch/`, which writes them.
 */
import { FoveaError } from '../../base/errors.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { channelsFirst, type RowOrder } from '../channelsFirst/rowOrders.ts';
import {
  inverseOrder,
  kernelFromTorch,
  kernelToTorch,
  reordered,
  transposed,
  turned,
} from '../layouts.ts';

/** One tensor of a module, and the parameter of ours that it is. */
export interface TorchTensorSlot {
  /** "weight" */
  readonly torch: string;
  /** "conv2d/kernel" */
  readonly parameter: string;
  /** In PyTorch's layout. */
  readonly shape: Shape;
  toTorch(value: StateValue): StateValue;
  /** The layout of ours; throws on numbers that ours has no place for. */
  fromTorch(value: StateValue): StateValue;
}

/** A layer with parameters. */
export interface TorchLayer {
  readonly layer: PlacedLayer;
  readonly slots: readonly TorchTensorSlot[];
}

/** Every layer that has parameters of its own, in order. */
export function torchLayers(spec: ModelSpec): readonly TorchLayer[] {
  const { inputOrders } = channelsFirst(spec);
  return layerShapes(spec)
    .filter(({ parameters }) => parameters.length > 0)
    .map((layer) => ({ layer, slots: slotsOf(layer, inputOrders.get(layer.spec.name)) }));
}

function slotsOf(layer: PlacedLayer, order: RowOrder): readonly TorchTensorSlot[] {
  return layer.parameters.map(({ name, shape }) => {
    const slot = slotOf(layer, name, shape, order);
    return { ...slot, parameter: `${layer.spec.name}/${name}` };
  });
}

type Slot = Omit<TorchTensorSlot, 'parameter'>;

/** The same layout under another name, or in another order of rows. */
function asItIs(torch: string, shape: Shape, order?: RowOrder): Slot {
  return {
    torch,
    shape,
    toTorch: (value) => (order === undefined ? value : reordered(value, order)),
    fromTorch: (value) => (order === undefined ? value : reordered(value, inverseOrder(order))),
  };
}

const kernelSlot = (torch: string, [KH, KW, a, b]: Shape): Slot => ({
  torch,
  shape: [b, a, KH, KW],
  toTorch: kernelToTorch,
  fromTorch: kernelFromTorch,
});

function denseSlot([inputs, units]: Shape, order: RowOrder): Slot {
  const rows = asItIs('weight', [inputs, units], order);
  return {
    torch: 'weight',
    shape: [units, inputs],
    toTorch: (value) => turned(rows.toTorch(value)),
    fromTorch: (value) => rows.fromTorch(turned(value)),
  };
}

/** By kind of layer and name of parameter; what is not here has the same name and layout. */
function slotOf(layer: PlacedLayer, name: string, shape: Shape, order: RowOrder): Slot {
  const { kind } = layer.spec;
  switch (`${kind}/${name}`) {
    case 'conv2d/kernel':
    case 'conv2dTranspose/kernel':
    case 'depthwiseConv2d/depthwiseKernel':
      return kernelSlot('weight', shape);
    case 'separableConv2d/depthwiseKernel':
      return kernelSlot('depthwise.weight', shape);
    case 'separableConv2d/pointwiseKernel':
      return kernelSlot('pointwise.weight', shape);
    case 'separableConv2d/bias':
      return asItIs('pointwise.bias', shape);
    case 'connectedConv2d/kernel':
      return connectedSlot(layer, shape);
    case 'dense/kernel':
      return denseSlot(shape, order);
    case 'batchNormalization/gamma':
      return asItIs('weight', shape, order);
    case 'batchNormalization/beta':
      return asItIs('bias', shape, order);
    case 'batchNormalization/movingMean':
      return asItIs('running_mean', shape, order);
    case 'batchNormalization/movingVariance':
      return asItIs('running_var', shape, order);
    case 'prelu/alpha':
      return slopesSlot(shape, order);
    default:
      return asItIs(name, shape);
  }
}

/** One slope per channel, or one for each number: (1, 1, C) is (C), a picture (H, W, C) is (C, H, W). */
function slopesSlot(shape: Shape, order: RowOrder): Slot {
  if (shape.length === 1) return asItIs('weight', shape, order);
  const [H, W, C] = shape;
  if (H * W === 1) {
    return {
      torch: 'weight',
      shape: [C],
      toTorch: ({ data }) => ({ shape: [C], data }),
      fromTorch: ({ data }) => ({ shape, data }),
    };
  }
  return {
    torch: 'weight',
    shape: [C, H, W],
    toTorch: (value) => transposed(value, [2, 0, 1]),
    fromTorch: (value) => transposed(value, [1, 2, 0]),
  };
}

/** A convolution by a table is one with all connections, of which those that the table lacks are 0. */
function connectedSlot({ spec, inputShapes: [input] }: PlacedLayer, ours: Shape): Slot {
  const connections = spec.options.connections as readonly (readonly number[])[];
  const [KH, KW, count] = ours;
  const shape = [connections.length, input[2], KH, KW];
  const pairs = connections.flatMap((maps, filter) =>
    maps.map((channel) => [filter, channel] as const),
  );
  const placeOf = (filter: number, channel: number, tap: number) =>
    (filter * input[2] + channel) * KH * KW + tap;
  return {
    torch: 'weight',
    shape,
    toTorch: ({ data }) => {
      const whole = new Float32Array(sizeOf(shape));
      pairs.forEach(([filter, channel], i) => {
        for (let tap = 0; tap < KH * KW; tap++)
          whole[placeOf(filter, channel, tap)] = data[tap * count + i];
      });
      return { shape, data: whole };
    },
    fromTorch: ({ data }) => {
      const own = new Float32Array(sizeOf(ours));
      const used = new Set<number>();
      pairs.forEach(([filter, channel], i) => {
        for (let tap = 0; tap < KH * KW; tap++) {
          const place = placeOf(filter, channel, tap);
          used.add(place);
          own[tap * count + i] = data[place];
        }
      });
      if (Array.from(data).every((n, place) => n === 0 || used.has(place)))
        return { shape: ours, data: own };
      throw new FoveaError({
        where: `layer "${spec.name}" (${spec.kind})`,
        problem: 'there are weights for connections that its table does not have',
        expected: 'zeros there',
      });
    },
  };
}
