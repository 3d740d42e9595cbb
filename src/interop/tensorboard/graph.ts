/**
 * @file A model as TensorBoard draws it: a group per layer, with its parameters and what it does.
 *
 *   conv1/kernel  Variable        conv1/conv2d  reads the layer before and conv1/kernel, conv1/bias
 *
 * Shapes are of one batch, whose first axis is left open. Next stop: `events.ts`.
 */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Shape } from '../../base/shape.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import { inputsOf, type ModelSpec, outputsOf } from '../../nn/spec.ts';
import {
  type AttrValueSchema,
  DataType,
  type GraphDef,
  GraphDefSchema,
  type NodeDefSchema,
} from './proto/schema.ts';

type NodeDef = MessageInitShape<typeof NodeDefSchema>;
type AttrValue = MessageInitShape<typeof AttrValueSchema>;

const dtype: AttrValue = { value: { case: 'type', value: DataType.DT_FLOAT } };
const shapeOf = (shape: Shape) => ({ dim: shape.map((size) => ({ size: BigInt(size) })) });
const ofBatch = (shape: Shape) => shapeOf([-1, ...shape]);
/** By which the lines of the drawing are labelled. */
const outputShapes = (shape: ReturnType<typeof shapeOf>): AttrValue => ({
  value: { case: 'list', value: { shape: [shape] } },
});

export function graphDefOf(spec: ModelSpec): GraphDef {
  const placed = layerShapes(spec);
  /** Name of the node that gives what a layer or an input is called by. */
  const giver = new Map(inputsOf(spec).map(({ name }) => [name, nodeName(name)]));
  const inputs = inputsOf(spec).map(({ name, shape }): NodeDef => {
    const attr = {
      dtype,
      shape: { value: { case: 'shape', value: ofBatch(shape) } } satisfies AttrValue,
      _output_shapes: outputShapes(ofBatch(shape)),
    };
    return { name: nodeName(name), op: 'Placeholder', attr };
  });
  const parametersBy = new Map(placed.map(({ spec: { name }, parameters }) => [name, parameters]));
  const layers = placed.flatMap((layer) => {
    const { name, kind, shares = name } = layer.spec;
    giver.set(name, `${nodeName(name)}/${kind}`);
    const read = parametersBy.get(shares) ?? [];
    return nodesOf(layer, [
      ...layer.inputs.map((from) => giver.get(from) ?? nodeName(from)),
      ...read.map((parameter) => `${nodeName(shares)}/${parameter.name}`),
    ]);
  });
  const outputs = outputsOf(spec).map(
    ({ name, layer }): NodeDef => ({
      name: giver.has(name) ? `${nodeName(name)}_out` : nodeName(name),
      op: 'Identity',
      input: [giver.get(layer) ?? nodeName(layer)],
      attr: { T: dtype },
    }),
  );
  const node = [...inputs, ...layers, ...outputs];
  return create(GraphDefSchema, { node, versions: { producer: 22 } });
}

/** Its own parameters, and the layer itself, which reads the nodes named. */
function nodesOf({ spec, outputShape, parameters }: PlacedLayer, input: string[]): NodeDef[] {
  const { name, kind, options } = spec;
  const own = nodeName(name);
  const variables = parameters.map(
    ({ name: parameter, shape }): NodeDef => ({
      name: `${own}/${parameter}`,
      op: 'VariableV2',
      attr: {
        dtype,
        shape: { value: { case: 'shape', value: shapeOf(shape) } },
        _output_shapes: outputShapes(shapeOf(shape)),
      },
    }),
  );
  const said = Object.entries(options).map(([key, value]) => [key, settingOf(value)]);
  const attr = { T: dtype, _output_shapes: outputShapes(ofBatch(outputShape)) };
  const all = { ...Object.fromEntries(said), ...attr };
  return [...variables, { name: `${own}/${kind}`, op: kind, input, attr: all }];
}

function settingOf(value: unknown): AttrValue {
  if (typeof value === 'boolean') return { value: { case: 'b', value } };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? { value: { case: 'i', value: BigInt(value) } }
      : { value: { case: 'f', value } };
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return { value: { case: 's', value: new TextEncoder().encode(text) } };
}

/** As nodes may be called: letters, digits and a few signs, no slash, which makes groups. */
const nodeName = (name: string): string =>
  name.replaceAll(/[^\w.]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n$&');
