/**
 * @file What two towers send each other in a step, on paper: numbers by layer, from the shapes alone.
 *
 * Forward, half of what an exchanging layer reads (of a normalisation the maps at the border), and the sums of the
 * last layer; back, the gradient of the same where something below is trained. Next stop: `../accounting/towerTable.ts`.
 */
import { sizeOf } from '../../base/shape.ts';
import { parametersOf } from '../network.ts';
import { borderWidth, halfShape } from './towerLayers.ts';
import type { TowerLayer, TowerPlan } from './towerPlan.ts';

export interface TowerTraffic {
  readonly layer: string;
  /** Numbers that each rank sends for one picture. */
  readonly forward: number;
  readonly back: number;
}

/** Of a number. */
export const BYTES = 4;

/** Of one picture of a training step. */
export function towerTraffic({ spec, layers }: TowerPlan): TowerTraffic[] {
  const trained = new Set(
    parametersOf(spec)
      .filter(({ trainable }) => trainable)
      .map(({ name }) => name.slice(0, name.lastIndexOf('/'))),
  );
  let isTrainedBelow = false;
  const traffic: TowerTraffic[] = [];
  for (const layer of layers) {
    const { role, whole } = layer;
    const forward = sentFor(layer);
    const back = role === 'sum' || !isTrainedBelow ? 0 : forward;
    if (forward > 0) traffic.push({ layer: whole.spec.name, forward, back });
    isTrainedBelow ||= trained.has(whole.spec.name);
  }
  return traffic;
}

function sentFor({ role, whole }: TowerLayer): number {
  const half = halfShape(whole.inputShapes[0]);
  const [H = 1, W = 1, C = 1] = half;
  if (role === 'exchange') return sizeOf(half);
  if (role === 'border') return H * W * borderWidth(Number(whole.spec.options.size), C);
  return role === 'sum' ? sizeOf(whole.outputShape) : 0;
}

/** Bytes that each rank sends for a layer in a step of so many pictures. */
export const bytesOf = ({ forward, back }: TowerTraffic, pictures: number): number =>
  (forward + back) * pictures * BYTES;
