/**
 * @file Trains one convolution as the encoder of a denoising auto-encoder: some of what it reads is put to 0, and a
 * transposed convolution of its own weights has to give all of it back (Vincent et al. 2008; Masci et al. 2011).
 *
 *   numbers -> dropout -> the layer -> transposed convolution -> numbers again;  loss: mean squared error
 *
 * Without the noise a layer with more maps than channels could copy. Encoder and decoder share no weights.
 * Before: `pretrain.ts`. Next stop: `train/fit.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type ImageShape, sameShape } from '../../base/shape.ts';
import { dropout } from '../../nn/layers/dropout.ts';
import { conv2d } from '../../nn/layers/windows/conv2d.ts';
import { conv2dTranspose } from '../../nn/layers/windows/conv2dTranspose.ts';
import { sequential } from '../../nn/sequential.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { LayerSpec, ModelSpec } from '../../nn/spec.ts';
import type { FitOptions } from '../events.ts';
import { fit } from '../fit.ts';

export interface EncoderOptions
  extends Pick<FitOptions, 'epochs' | 'batchSize' | 'optimizer' | 'seed'> {
  /** Share of the numbers that the layer does not get to see. */
  readonly noise: number;
}

export interface EncoderEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Mean square of numbers minus reconstruction, in training: with the noise. */
  readonly error: number;
}

/** The layer with a noise before and a decoder behind it. */
export function autoencoderOf(layer: LayerSpec, inputShape: ImageShape, noise: number): ModelSpec {
  const encoder = layer.options as unknown as Parameters<typeof conv2d>[0];
  const { kernelSize, strides, padding, dilationRate, groups } = encoder;
  const spec = sequential({ name: `autoencoder of ${layer.name}`, inputShape }, [
    dropout({ rate: noise, name: 'noise' }),
    conv2d({ ...encoder, name: layer.name }),
    conv2dTranspose({
      ...{ filters: inputShape[2], kernelSize, strides, padding, dilationRate, groups },
      name: 'decoder',
    }),
  ]);
  const given = layerShapes(spec).at(-1)?.outputShape ?? [];
  if (sameShape(given, inputShape)) return spec;
  throw new FoveaError({
    where: layer.name,
    problem: `its transposed convolution gives ${formatShape(given)}, it reads ${formatShape(inputShape)}`,
    expected: 'a stride that leaves no pixels over',
  });
}

/** `rows`: (count, H, W, C) numbers. Tells of every epoch; returns the layer's kernel and bias. */
export async function* trainEncoder(
  session: Session,
  layer: LayerSpec,
  inputShape: ImageShape,
  rows: Float32Array,
  { noise, ...options }: EncoderOptions,
): AsyncGenerator<
  EncoderEpoch,
  { readonly kernel: Float32Array; readonly bias?: Float32Array },
  void
> {
  const spec = autoencoderOf(layer, inputShape, noise);
  const scope = session.scopeOf(spec);
  try {
    const count = rows.length / inputShape.reduce((all, n) => all * n, 1);
    const train = { count, inputs: { input: rows } };
    const loss = { loss: 'meanSquaredError', target: 'input' } as const;
    for await (const event of fit(session, spec, { train }, { ...options, loss })) {
      if (event.type === 'epoch') yield { epoch: event.epoch, error: event.train.loss };
    }
    const read = async (name: string) =>
      Float32Array.from(await scope.readState(`${layer.name}/${name}`));
    const learned = { kernel: await read('kernel') };
    return layer.options.useBias === false ? learned : { ...learned, bias: await read('bias') };
  } finally {
    scope.free();
  }
}
