/**
 * @file Convolution, pooling and local response normalisation as layers.
 *
 * Kernels are turned to channels last once, here. Next stop: `borders.ts`.
 */
import { sameShape } from '../../../base/shape.ts';
import { type Pads, reachOf, samePads } from '../../../base/window.ts';
import { channelsFirstOrder } from '../../layouts.ts';
import { isPlain, poolOf } from '../operators/poolings.ts';
import { behind, explicitPads, type Slide, slidesOf } from '../operators/windows.ts';
import { turnedKernel } from './kernels.ts';
import { type FileNumbers, type Step, weight } from './step.ts';
import { movedTo, pictureView, type View } from './view.ts';

/** A layer's key where other nodes of the file read its weights too. */
const keyOf = (...weights: readonly (FileNumbers | undefined)[]): string | undefined =>
  weights.some((one) => (one?.readers ?? 0) > 1)
    ? weights.map((one) => one?.name ?? '').join(' ')
    : undefined;

const floatsOf = (numbers: FileNumbers): Float32Array => {
  const read = numbers.read();
  return read instanceof Float32Array ? read : Float32Array.from(read);
};

const kernelOf = (w: FileNumbers) => {
  const [O = 1, I = 1, KH = 1, KW = 1] = w.shape;
  return weight([KH, KW, I, O], () => turnedKernel(w, O, channelsFirstOrder([KH, KW, I])));
};

function twoAxes(step: Step, view: View): void {
  if (view.shape.length === 3) return;
  step.refuse(`it reads rows of ${view.shape.length} axes`, 'pictures (N, C, H, W)');
}

/** What is written of two slides: as words where they say the same. */
function paddingOf(slides: readonly Slide[], pads: Pads): 'valid' | 'same' | Pads {
  if (pads.flat().every((pad) => pad === 0)) return 'valid';
  const isSame = slides.every(({ n, kernel, stride, dilation }, i) =>
    sameShape(samePads(n, kernel, stride, dilation), pads[i] ?? []),
  );
  return isSame ? 'same' : pads;
}

/** Zeros that a layer before put around the picture, which nobody else reads: the convolution puts them itself. */
function takenPads(step: Step, view: View): { readonly view: View; readonly pads: Pads } {
  const none: Pads = [
    [0, 0],
    [0, 0],
  ];
  const layer = step.writer.layer(view.layer);
  if (layer?.kind !== 'zeroPadding2d' || !step.isAlone(view)) return { view, pads: none };
  const [before = ''] = layer.reads;
  if (step.writer.takeBack(layer.name) === undefined) return { view, pads: none };
  return {
    view: pictureView(before, step.writer.shapeOf(before)),
    pads: layer.options.padding as Pads,
  };
}

const pairOf = (
  slides: readonly Slide[],
  of: (slide: Slide) => number,
): readonly [number, number] => {
  const [rows = 1, columns = 1] = slides.map(of);
  return [rows, columns];
};

export function conv(step: Step): View {
  const given = step.read(0);
  twoAxes(step, given);
  const [w, bias] = [
    step.weights(1, 'weights'),
    step.has(2) ? step.weights(2, 'biases') : undefined,
  ];
  const [O = 1, perGroup = 1, ...kernel] = w.shape;
  const groups = step.call.int('group', 1);
  const taken = takenPads(step, given);
  const slides = slidesOf(step.call, given.shape.slice(1), kernel);
  const pads = slides.map(({ pads: own }, i) => [
    own[0] + (taken.pads[i]?.[0] ?? 0),
    own[1] + (taken.pads[i]?.[1] ?? 0),
  ]) as unknown as Pads;
  const fits = slides.every(
    (slide, i) => Math.max(...(pads[i] ?? [])) < reachOf(slide.kernel, slide.dilation),
  );
  const image = step.writer.picture(taken.view);
  const [H = 1, W = 1] = image.own;
  const inside = slides.map((slide, i) => ({ ...slide, n: [H, W][i] ?? 1 }));
  const source = fits ? image : padded(step, image, pads);
  const isDepthwise = groups > 1 && perGroup === 1 && groups === image.own[2];
  const options = {
    kernelSize: pairOf(slides, (slide) => slide.kernel),
    strides: pairOf(slides, (slide) => slide.stride),
    dilationRate: pairOf(slides, (slide) => slide.dilation),
    padding: fits ? paddingOf(inside, pads) : 'valid',
    useBias: bias !== undefined,
  };
  const own = isDepthwise
    ? { kind: 'depthwiseConv2d', options: { ...options, depthMultiplier: O / groups } }
    : { kind: 'conv2d', options: { ...options, filters: O, groups } };
  const made = step.writer.add({
    ...own,
    weightsName: w.name,
    reads: [source],
    weights: {
      [isDepthwise ? 'depthwiseKernel' : 'kernel']: kernelOf(w),
      ...(bias === undefined ? {} : { bias: weight([O], () => floatsOf(bias)) }),
    },
    key: keyOf(w, bias),
  });
  return pictureView(made.layer, made.own);
}

function padded(step: Step, image: View, pads: Pads): View {
  const made = step.writer.add({
    kind: 'zeroPadding2d',
    reads: [image],
    options: { padding: pads },
  });
  return pictureView(made.layer, made.own);
}

export function convTranspose(step: Step): View {
  const given = step.read(0);
  twoAxes(step, given);
  const [w, bias] = [
    step.weights(1, 'weights'),
    step.has(2) ? step.weights(2, 'biases') : undefined,
  ];
  const [, perGroup = 1, ...kernel] = w.shape;
  const groups = step.call.int('group', 1);
  const filters = perGroup * groups;
  const image = step.writer.picture(given);
  const slides = slidesOf(step.call, given.shape.slice(1), kernel);
  const extra = step.call.ints('output_padding') ?? [0, 0];
  const isExplicit =
    !step.call.has('output_shape') &&
    ['NOTSET', 'VALID'].includes(step.call.text('auto_pad', 'NOTSET'));
  if (!isExplicit) step.refuse('its padding follows from its output', 'pads in numbers');
  const made = step.writer.add({
    kind: 'conv2dTranspose',
    weightsName: w.name,
    reads: [image],
    options: {
      filters,
      groups,
      kernelSize: pairOf(slides, (slide) => slide.kernel),
      strides: pairOf(slides, (slide) => slide.stride),
      dilationRate: pairOf(slides, (slide) => slide.dilation),
      padding: explicitPads(step.call, 2),
      outputPadding: [extra[0] ?? 0, extra[1] ?? 0],
      useBias: bias !== undefined,
    },
    weights: {
      kernel: kernelOf(w),
      ...(bias === undefined ? {} : { bias: weight([filters], () => floatsOf(bias)) }),
    },
    key: keyOf(w, bias),
  });
  return pictureView(made.layer, made.own);
}

export const pool =
  (kind: 'maxPooling2d' | 'averagePooling2d' | 'minPooling2d') =>
  (step: Step): View => {
    const given = step.read(0);
    twoAxes(step, given);
    const window = poolOf(step.call);
    const { slides, positions } = window;
    const pads = slides.map((slide, i) => [
      slide.pads[0],
      behind(slide, positions[i] ?? 1),
    ]) as unknown as Pads;
    const counts = step.call.flag('count_include_pad');
    const reachesOut = counts && slides.some((slide, i) => (pads[i]?.[1] ?? 0) > slide.pads[1]);
    if (!isPlain(window) || reachesOut) {
      step.refuse(
        'it pools with dilation, or counts padding that is not there',
        'windows without gaps',
      );
    }
    const made = step.writer.add({
      kind,
      reads: [step.writer.picture(given)],
      options: {
        poolSize: pairOf(slides, (slide) => slide.kernel),
        strides: pairOf(slides, (slide) => slide.stride),
        padding: paddingOf(slides, pads),
        ...(kind === 'averagePooling2d' ? { countIncludePad: counts } : {}),
      },
    });
    return pictureView(made.layer, made.own);
  };

type GlobalPool = 'globalMaxPooling2d' | 'globalAveragePooling2d' | 'globalMinPooling2d';

export const globalPool =
  (kind: GlobalPool) =>
  (step: Step): View => {
    const given = step.read(0);
    twoAxes(step, given);
    const made = step.writer.add({ kind, reads: [step.writer.picture(given)] });
    return { ...made, source: made.own, axes: [0], shape: step.outputShape() };
  };

/** A mean over height and width. */
export function reduceMean(step: Step): View {
  const axes = step.call.setting('axes', 1, 18) ?? [];
  const resolved = axes.map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
  if (step.read(0).shape.length !== 3 || !sameShape(resolved, [2, 3])) {
    step.refuse(`a mean over the axes ${axes.join(', ')}`, 'a mean over height and width');
  }
  return globalPool('globalAveragePooling2d')(step);
}

export function localResponse(step: Step): View {
  const { call } = step;
  const size = call.int('size', 5);
  if (size % 2 === 0) step.refuse(`a window of ${size} channels`, 'an odd number of channels');
  const image = step.writer.picture(step.read(0));
  const options = {
    size,
    k: call.float('bias', 1),
    // ONNX divides by the size.
    alpha: call.float('alpha', 1e-4) / size,
    beta: call.float('beta', 0.75),
  };
  const made = step.writer.add({ kind: 'localResponseNormalization', reads: [image], options });
  step.writer.note('local response normalisation: alpha divided by the size, which here it is not');
  return movedTo(image, made.layer);
}
