/**
 * @file Activations on the way out: by name where Keras's function is the same, else as layers.
 */
import { type Outgoing, type Piece, refusal } from './piece.ts';
import type { Dialect } from './values.ts';

/** Same formula, and in which dialects. */
const NAMES: Readonly<Record<string, Readonly<Partial<Record<Dialect, string>>>>> = {
  linear: { keras3: 'linear', keras2: 'linear', tfjs: 'linear' },
  relu: { keras3: 'relu', keras2: 'relu', tfjs: 'relu' },
  tanh: { keras3: 'tanh', keras2: 'tanh', tfjs: 'tanh' },
  sigmoid: { keras3: 'sigmoid', keras2: 'sigmoid', tfjs: 'sigmoid' },
  softmax: { keras3: 'softmax', keras2: 'softmax', tfjs: 'softmax' },
  softplus: { keras3: 'softplus', keras2: 'softplus', tfjs: 'softplus' },
  softsign: { keras3: 'softsign', keras2: 'softsign', tfjs: 'softsign' },
  elu: { keras3: 'elu', keras2: 'elu', tfjs: 'elu' },
  selu: { keras3: 'selu', keras2: 'selu', tfjs: 'selu' },
  swish: { keras3: 'silu', keras2: 'swish', tfjs: 'swish' },
  gelu: { keras3: 'gelu', keras2: 'gelu' },
  mish: { keras3: 'mish', keras2: 'mish', tfjs: 'mish' },
  hardSwish: { keras3: 'hard_silu' },
};

/** The word for the activation option of a layer; undefined where layers of its own do it. */
export function inlineActivation(name: unknown, dialect: Dialect): string | undefined {
  return NAMES[String(name)]?.[dialect];
}

const scaled = (suffix: string, scale: number, offset = 0): Piece => ({
  className: 'Rescaling',
  suffix,
  config: { scale, offset },
});

const activation = (name: string): Piece => ({
  className: 'Activation',
  config: { activation: name },
});

/** Layers for an activation; the first bears the name with `suffix`, where one is given. */
export function activationPieces(
  layer: Outgoing,
  name: string,
  alpha: number | undefined,
  suffix?: string,
): readonly Piece[] {
  const pieces = byLayers(layer, name, alpha);
  return pieces.map((piece) => {
    const all = [suffix, piece.suffix].filter((part) => part !== undefined);
    return all.length === 0 ? piece : { ...piece, suffix: all.join('_') };
  });
}

function byLayers(layer: Outgoing, name: string, alpha: number | undefined): readonly Piece[] {
  const { dialect } = layer;
  if (name === 'leakyRelu') {
    const slope = alpha ?? 0.3;
    const key = dialect === 'keras3' ? 'negative_slope' : 'alpha';
    return [{ className: 'LeakyReLU', config: { [key]: slope } }];
  }
  if (name === 'elu' && alpha !== undefined && alpha !== 1)
    return [{ className: 'ELU', config: { alpha } }];
  if (name === 'scaledTanh') {
    return [scaled('inside', 2 / 3), activation('tanh'), scaled('outside', 1.7159)];
  }
  if (name === 'hardSigmoid') {
    const more = dialect === 'tfjs' ? {} : { negative_slope: 0, threshold: 0 };
    const bounds: Piece = { className: 'ReLU', config: { max_value: 1, ...more } };
    return [scaled('slope', alpha ?? 1 / 6, 0.5), bounds];
  }
  const own = inlineActivation(name, dialect);
  if (own !== undefined) return [activation(own)];
  throw refusal(layer, `activation ${name}`, 'use relu, tanh or sigmoid, or export to onnx');
}
