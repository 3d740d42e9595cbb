/**
 * @file A trained network as data that one file can hold: two modules, the weights, and what is known of both.
 *
 * All bytes are packed as text (`text.ts`): first, deflated, the module with fused multiply-adds, the one without, and
 * the plane of the weights; then what deflating does not make smaller. Next stop: `exportJs.ts`, the file around it;
 * `web/shipped/openProgram.ts`, which opens it.
 */
import { deflateSync } from 'fflate';
import { joinedBytes } from '../../base/bytes.ts';
import { unreachable } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import type { Graph } from '../../graph/node.ts';
import { answersWithDistances, checkNamesClasses } from '../../nn/losses/answers.ts';
import { inferenceGraph, stagesGraph } from '../../nn/programs/programs.ts';
import { layerShapes } from '../../nn/shapes.ts';
import { imageShapeOf, type ModelSpec, type Preprocessing } from '../../nn/spec.ts';
import type { StateValue, TrainedModel } from '../../nn/trained.ts';
import { decoderModule } from './decoder/decoderModule.ts';
import { checkExpectedSize } from './expectedSize.ts';
import { type Layout, plainProgram, stateNames } from './plainProgram.ts';
import { toText } from './text.ts';
import {
  type Channels,
  type PackedTensor,
  packWeights,
  shippedValues,
  type WeightFormat,
} from './weights.ts';

/** A module within the deflated bytes. */
export interface ShippedModule {
  readonly bytes: number;
  readonly layout: Layout;
}

/** Plain JSON: all but the text. */
export interface About {
  readonly name: string;
  readonly classes: readonly string[];
  /** (H, W, C) */
  readonly shape: ImageShape;
  readonly preprocessing: Preprocessing;
  readonly weights: WeightFormat;
  /** The module that decodes the text, in base64. */
  readonly decoder: string;
  /** Pieces of the text that are deflated; the bits of the weights follow. */
  readonly deflated: number;
  /** Bytes of the plane, which stands behind the modules. */
  readonly planeBytes: number;
  readonly mantissa: number;
  readonly tensors: readonly PackedTensor[];
  /** With one rounding for multiply and add, and with two. */
  readonly fused: ShippedModule;
  readonly plain: ShippedModule;
}

export interface ShippedModel {
  readonly about: About;
  readonly text: readonly string[];
}

/** What one file is made with. */
export interface OneFileOptions {
  /** Of the file, without ending. */
  readonly name: string;
  /** Default: float32. */
  readonly weights?: WeightFormat | undefined;
}

export interface ShipOptions {
  /** Default: float32. */
  readonly weights?: WeightFormat | undefined;
  /** Whether every layer's numbers can be read after a run; default false. */
  readonly stages?: boolean | undefined;
}

/** More bytes than that are packed in half the time, for a hundredth of the file. */
const LARGE = 2 ** 22;

/** The network with the numbers that a file with these weights computes with. */
export function withShippedWeights(model: TrainedModel, format: WeightFormat): TrainedModel {
  const channels = channelsIn(model.spec);
  const weights = [...model.weights].map(([name, value]): [string, StateValue] => [
    name,
    shippedValues(name, value, format, channels.get(name)),
  ]);
  return { ...model, weights: new Map(weights) };
}

export function shipModel(model: TrainedModel, options: ShipOptions = {}): ShippedModel {
  const { spec, classes } = model;
  const { weights: format = 'float32' } = options;
  checkExpectedSize(spec, format);
  checkNamesClasses(spec, 'to be shipped as one file that names what a picture shows');
  const graph = graphOf(spec, options);
  const programs = [true, false].map((relaxedMadd) => plainProgram(graph, { relaxedMadd }));
  const [fused = unreachable('no program'), plain = unreachable('no program')] = programs;
  const channels = channelsIn(spec);
  const tensors = stateNames(graph).map((name) => ({
    name,
    value: model.weights.get(name) ?? unreachable(`no "${name}"`),
    channels: channels.get(name),
  }));
  const packed = packWeights(tensors, format);
  const bytes = joinedBytes([fused.wasm, plain.wasm, packed.plane]);
  const level = bytes.length > LARGE ? 6 : 9;
  const deflated = toText(deflateSync(bytes, { level }));
  return {
    about: {
      name: spec.name,
      classes,
      shape: imageShapeOf(spec),
      preprocessing: spec.preprocessing,
      weights: format,
      decoder: btoa(String.fromCharCode(...decoderModule())),
      deflated: deflated.length,
      planeBytes: packed.plane.length,
      mantissa: packed.mantissa,
      tensors: packed.tensors,
      fused: { bytes: fused.wasm.length, layout: fused.layout },
      plain: { bytes: plain.wasm.length, layout: plain.layout },
    },
    text: [...deflated, ...toText(packed.bits)],
  };
}

/** Answers for one picture. */
function graphOf(spec: ModelSpec, { stages = false }: ShipOptions): Graph {
  const graph = inferenceGraph(spec, 1);
  if (!stages) return graph;
  const { outputs } = stagesGraph(spec, 1);
  // Where the network answers with distances, these are its last layer's numbers.
  const last = layerShapes(spec).at(-1)?.spec.name ?? '';
  const distances = outputs[`stage/${last}`];
  if (!answersWithDistances(spec) || distances === undefined) return { outputs, updates: [] };
  return { outputs: { ...outputs, distances }, updates: [] };
}

/** Of every kernel, by name: which of its numbers belong to one output channel. */
function channelsIn(spec: ModelSpec): ReadonlyMap<string, Channels> {
  const found = new Map<string, Channels>();
  for (const { spec: layer, parameters } of layerShapes(spec)) {
    for (const { name, shape } of parameters) {
      if (!/kernel$/i.test(name)) continue;
      const last = shape.at(-1) ?? 1;
      // (KH, KW, outputs, inputs), all others (..., inputs, outputs).
      const isTransposed = layer.kind === 'conv2dTranspose';
      found.set(
        `${layer.name}/${name}`,
        isTransposed ? { inner: last, channels: shape.at(-2) ?? 1 } : { inner: 1, channels: last },
      );
    }
  }
  return found;
}
