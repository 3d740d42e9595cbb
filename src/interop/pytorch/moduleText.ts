/**
 * @file `model.py`: the network as a PyTorch module that loads the weights beside it.
 *
 * Before: `moduleLines.ts`.
 */
import { version } from '../../base/version.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import { inputsOf, type ModelSpec, outputsOf, type Preprocessing } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { channelsFirst } from '../channelsFirst/rowOrders.ts';
import { layerLines } from './moduleLines.ts';
import { torchNames } from './torchNames.ts';

export interface ModuleTextOptions {
  /** The expression that reads the state dict. */
  readonly load: string;
  /** What it needs beside torch: "from safetensors.torch import load_file". */
  readonly imports?: readonly string[];
}

export function moduleText(
  { spec, classes }: TrainedModel,
  { load, imports = [] }: ModuleTextOptions,
): string {
  const inputs = inputsOf(spec);
  const names = torchNames([
    ...inputs.map(({ name }) => name),
    ...spec.layers.map(({ name }) => name),
  ]);
  const of = (name: string): string => names.get(name) ?? name;
  const { made, steps } = linesOf(spec, of);
  const given = inputs.map(({ name }) => of(name));
  const answers = outputsOf(spec).map(({ name, layer }) => `${JSON.stringify(name)}: ${of(layer)}`);
  const [{ layer: only }] = outputsOf(spec);
  const answer = answers.length === 1 ? of(only) : `{${answers.join(', ')}}`;
  return `"""${oneLine(spec.name)}, as Fovea ${version} wrote it. Pictures are (N, C, H, W).

    from model import Network, preprocess
    network = Network()
    network.load_state_dict(${load})
    network.eval()(preprocess(pixels))  # pixels: (N, H, W, C), 0..255
"""
import torch
import torch.nn.functional as F
from torch import nn
${imports.map((line) => `${line}\n`).join('')}
CLASSES = ${JSON.stringify(classes)}


class Network(nn.Module):
    def __init__(self):
        super().__init__()
${made.map((line) => `        ${line}`).join('\n')}

    def forward(self, ${given.join(', ')}):
${steps.map((line) => `        ${line}`).join('\n')}
        return ${answer}


${preprocessText(inputs[0].preprocessing, inputs[0].shape)}`;
}

function linesOf(spec: ModelSpec, of: (name: string) => string) {
  const { turned } = channelsFirst(spec);
  const made: string[] = [];
  const steps: string[] = [];
  for (const layer of layerShapes(spec)) {
    const { name, shares = name, options } = layer.spec;
    const lines = layerLines({
      layer: shares === name ? layer : withParametersOf(layer, spec, shares),
      options,
      own: `self.${of(shares)}`,
      inputs: layer.inputs.map(of),
      x: of(layer.inputs[0]),
      isPicture: layer.inputShapes[0].length === 3,
      isTurned: turned.has(name),
    });
    if (lines.made !== undefined && shares === name) made.push(`self.${of(name)} = ${lines.made}`);
    steps.push(`${of(name)} = ${lines.gives}`);
  }
  return { made: made.length === 0 ? ['pass'] : made, steps };
}

/** A layer that shares has no parameters of its own; their shapes are those of the other. */
function withParametersOf(layer: PlacedLayer, spec: ModelSpec, owner: string): PlacedLayer {
  const found = layerShapes(spec).find(({ spec: { name } }) => name === owner);
  return { ...layer, parameters: found?.parameters ?? [] };
}

function preprocessText(
  { scale, offset, mean, border }: Preprocessing,
  shape: readonly number[],
): string {
  const list = (values: readonly number[]) => `torch.tensor([${values.join(', ')}])`;
  const lines = ['x = torch.as_tensor(pixels, dtype=torch.float32)'];
  if (border !== undefined) lines.push(`x = F.pad(x, (0, 0, ${Array(4).fill(border).join(', ')}))`);
  if (mean !== undefined) {
    const isPerPixel = mean.length !== shape.at(-1);
    lines.push(`x = x - ${list(mean)}${isPerPixel ? `.view(${shape.join(', ')})` : ''}`);
  }
  const factor = typeof scale === 'number' ? String(scale) : list(scale);
  lines.push(`x = x * ${factor}${offset === 0 ? '' : ` + ${offset}`}`);
  lines.push(shape.length === 3 ? 'return x.permute(0, 3, 1, 2)' : 'return x');
  return `def preprocess(pixels):
    """Pixels 0..255, (N, H, W, C), as the numbers that the network reads."""
${lines.map((line) => `    ${line}`).join('\n')}
`;
}

const oneLine = (words: string): string => words.replace(/[^\w .+-]/g, ' ');
