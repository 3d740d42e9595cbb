/**
 * @file lenet5-1998 with one of its parts in another way: the third layer, the sub-sampling, or the output.
 *
 * Previous stop: `models/lenet5Of1998.ts`. Next stop: `lenetTable.ts`, which compares them.
 */
import { modelOf } from '../models/index.ts';
import { activation } from '../nn/layers/activation.ts';
import { dense } from '../nn/layers/dense.ts';
import { layers } from '../nn/layers/index.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { averagePooling2d, maxPooling2d } from '../nn/layers/windows/pooling.ts';
import type { CallableLayer } from '../nn/layers/wiring.ts';
import { sequential } from '../nn/sequential.ts';
import type { LayerSpec, ModelSpec } from '../nn/spec.ts';

export type LenetPart = 'none' | 'fullC3' | 'average' | 'max' | 'softmax';

/** First weights and j as the recipe "paper" has them. */
export const PAPER_MODEL = { start: 'root', j: 3 } as const;

export function lenetWith(part: LenetPart): ModelSpec {
  const spec = modelOf('lenet5-1998', PAPER_MODEL);
  const { inputShape, preprocessing } = spec;
  return sequential(
    { name: part === 'none' ? spec.name : `lenet5-1998-${part}`, inputShape, preprocessing },
    spec.layers.flatMap((layer) => inAnotherWay(layer, part)),
  );
}

function inAnotherWay(layer: LayerSpec, part: LenetPart): CallableLayer[] {
  const { name, kind } = layer;
  const byFanIn = (fanIn: number) => {
    const initializer = { kind: 'fanIn', scale: 1, power: 0.5, fanIn } as const;
    return { kernelInitializer: initializer, biasInitializer: initializer };
  };
  if (part === 'fullC3' && name === 'c3') {
    return [
      conv2d({ name, filters: 16, kernelSize: 5, activation: 'scaledTanh', ...byFanIn(150) }),
    ];
  }
  if ((part === 'average' || part === 'max') && kind === 'subsampling2d') {
    const pooling = part === 'max' ? maxPooling2d({ name }) : averagePooling2d({ name });
    return [pooling, activation({ name: `${name}f`, activation: 'scaledTanh' })];
  }
  if (part === 'softmax' && name === 'output') {
    return [dense({ name, units: 10, activation: 'softmax', ...byFanIn(84) })];
  }
  return [asItIs(layer)];
}

/** A layer of a spec, to be written in another. */
function asItIs({ kind, name, options }: LayerSpec): CallableLayer {
  const write = layers[kind as keyof typeof layers] as (options: object) => CallableLayer;
  return write({ ...options, name });
}
