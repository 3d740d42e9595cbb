/**
 * @file What the lines of a PyTorch module are made of: activations, windows, pads, pairs.
 *
 * Pictures are (N, C, H, W). Paddings are put around by F.pad, which takes any, left first.
 * Next stop: `moduleLines.ts`.
 */
import { FoveaError, unreachable } from '../../base/errors.ts';
import type { Pads, Pair } from '../../base/window.ts';
import type { PlacedLayer } from '../../nn/shapes.ts';

export interface LayerLines {
  /** "nn.Conv2d(...)", for the attribute of the layer's name; absent: it has no weights. */
  readonly made?: string;
  /** What it gives: "F.relu(self.conv1(x))". */
  readonly gives: string;
}

export interface LayerInPython {
  readonly layer: PlacedLayer;
  readonly options: Readonly<Record<string, unknown>>;
  /** "self.conv1" */
  readonly own: string;
  readonly inputs: readonly string[];
  readonly x: string;
  readonly isPicture: boolean;
  /** Whether a picture is brought to (N, H, W, C) before it is flattened. */
  readonly isTurned: boolean;
}

export type Write = (call: LayerInPython) => LayerLines;

export const pair = ([a, b]: Pair): string => `(${a}, ${b})`;

const ACTIVATIONS: Readonly<Record<string, (x: string, alpha?: number) => string>> = {
  linear: (x) => x,
  relu: (x) => `F.relu(${x})`,
  tanh: (x) => `torch.tanh(${x})`,
  sigmoid: (x) => `torch.sigmoid(${x})`,
  scaledTanh: (x) => `1.7159 * torch.tanh(${x} * (2 / 3))`,
  leakyRelu: (x, alpha = 0.3) => `F.leaky_relu(${x}, ${alpha})`,
  elu: (x, alpha = 1) => `F.elu(${x}, ${alpha})`,
  selu: (x) => `F.selu(${x})`,
  softplus: (x) => `F.softplus(${x}, threshold=1e9)`,
  softsign: (x) => `F.softsign(${x})`,
  hardSigmoid: (x, alpha = 1 / 6) => `torch.clamp(${x} * ${alpha} + 0.5, 0, 1)`,
  swish: (x) => `F.silu(${x})`,
  hardSwish: (x) => `F.hardswish(${x})`,
  mish: (x) => `F.mish(${x})`,
  gelu: (x) => `F.gelu(${x})`,
};

export function activated(name: unknown, x: string, isPicture: boolean, alpha?: number): string {
  if (name === 'softmax') return `torch.softmax(${x}, dim=${isPicture ? 1 : -1})`;
  const write = Object.hasOwn(ACTIVATIONS, String(name)) ? ACTIVATIONS[String(name)] : undefined;
  if (write !== undefined) return write(x, alpha);
  throw new FoveaError({ problem: `the activation ${String(name)} cannot be written for PyTorch` });
}

interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly pads: Pads;
}

export function windowOf({ layer: { layer, inputShapes, spec } }: LayerInPython): Window {
  const facts =
    layer.window?.(inputShapes, spec.options) ?? unreachable(`no window in ${spec.kind}`);
  const { kernel = [1, 1], strides = [1, 1], dilation = [1, 1], padding } = facts;
  const { top, bottom, left, right } = padding;
  return {
    kernel,
    strides,
    dilation,
    pads: [
      [top, bottom],
      [left, right],
    ],
  };
}

/** x with its pads around it. */
export function padded(x: string, [rows, columns]: Pads, more = ''): string {
  const sides = [...columns, ...rows];
  return sides.every((n) => n === 0) ? x : `F.pad(${x}, (${sides.join(', ')})${more})`;
}

export const channelsIn = ({ layer }: LayerInPython): number => layer.inputShapes[0][2];
