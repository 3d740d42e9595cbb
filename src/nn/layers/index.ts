/**
 * @file THE table of layers. A new layer is one file and one line here.
 */
import { unknownName } from '../../base/errors.ts';
import { activation } from './activation.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { flatten } from './flatten.ts';
import type { Layer } from './layer.ts';
import { averagePooling2d, maxPooling2d, minPooling2d } from './pooling.ts';

export const layers = {
  conv2d,
  averagePooling2d,
  maxPooling2d,
  minPooling2d,
  flatten,
  dense,
  activation,
} as const;

export function layerOf(kind: string): Layer {
  if (!Object.hasOwn(layers, kind)) throw unknownName('layer kind', kind, Object.keys(layers));
  return layers[kind as keyof typeof layers].layer;
}
