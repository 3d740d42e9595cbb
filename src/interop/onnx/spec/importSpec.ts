/**
 * @file An ONNX model as a network of layers that trains: what is written for each node, from the inputs to the outputs.
 *
 * The graph's evaluation says shapes and constants; nodes that it worked out need no layer. Rows of a batch keep apart, so
 * a file for one batch size becomes a network for any. Before: `../importOnnx.ts`. Next stop: `view.ts`, then `converters.ts`.
 */
import { FoveaError, nearestName } from '../../../base/errors.ts';
import { nonEmpty } from '../../../base/lists.ts';
import { formatShape, type Shape, sameShape } from '../../../base/shape.ts';
import { INPUT, type InputSpec, OUTPUT, type Preprocessing } from '../../../nn/spec.ts';
import type { ImportedModel } from '../../importing.ts';
import { numberedClasses } from '../../modelTensors.ts';
import { preprocessingWords } from '../../preprocessing.ts';
import { Call } from '../call.ts';
import type { OnnxModel, OnnxNode } from '../decode.ts';
import { type EvaluatedInput, type Evaluation, evaluate } from '../evaluate.ts';
import { type Converter, convertedOperators, converters } from './converters.ts';
import { classesIn, preprocessingIn } from './metadata.ts';
import { withPatterns } from './patterns/index.ts';
import { Step } from './step.ts';
import { isInOrder, isPicture, pictureView, plainView, type View } from './view.ts';
import { type InputLine, NetworkWriter } from './writer.ts';

/** Rows of an open batch while shapes are worked out: a number that no axis of a picture is likely to have. */
const OPEN_BATCH = 31;

export function specOfOnnx(file: OnnxModel, name: string): ImportedModel {
  const evaluation = evaluate(file, { batchSize: OPEN_BATCH });
  const whole = { ...file, nodes: evaluation.nodes };
  const { model, writers } = withPatterns(whole, evaluation, readersOf(whole));
  const names = inputNames(evaluation.inputs);
  const writer = new NetworkWriter(names.values());
  const views = new Map<string, View>();
  for (const input of evaluation.inputs)
    views.set(input.name, readInput(input, names, model, writer));
  const readers = readersOf(model);
  for (const node of model.nodes)
    convert(node, { model, evaluation, writer, views, readers, writers });
  return finished(name, model, evaluation, writer, views);
}

interface Work {
  readonly model: OnnxModel;
  readonly evaluation: Evaluation;
  readonly writer: NetworkWriter;
  readonly views: Map<string, View>;
  readonly readers: ReadonlyMap<string, number>;
  /** Of nodes that stand for several. */
  readonly writers: ReadonlyMap<OnnxNode, Converter>;
}

function convert(node: OnnxNode, { model, evaluation, ...rest }: Work): void {
  const { values, constants } = evaluation;
  const [output = ''] = node.outputs;
  const made = values.get(output);
  if (made === undefined || constants.isConstant(made)) return;
  // Shapes of layers' outputs, which nothing but shapes was made of, have no view.
  if (!isWanted(node, model, rest)) return;
  const inputs = node.inputs.map((one) => (one === '' ? undefined : values.get(one)));
  const parts = { node, inputs, constants, external: model.external };
  const step = new Step({ ...rest, call: new Call(parts), node, evaluation });
  const converter = rest.writers.get(node) ?? converters.get(node.operator);
  if (converter === undefined) {
    throw notALayer(node);
  }
  const further = node.outputs.slice(1).find((one) => (rest.readers.get(one) ?? 0) > 0);
  if (further !== undefined)
    step.refuse('its second output is read', 'nodes of which the first output is read');
  rest.views.set(
    output,
    inPlace(node, () => converter(step)),
  );
}

function notALayer({ operator, place }: OnnxNode): FoveaError {
  const near = nearestName(operator, convertedOperators);
  return new FoveaError({
    where: place,
    problem: 'no layer does what this operator does',
    expected: `operators that are layers: ${convertedOperators.join(', ')}`,
    fix: `importOnnxGraph of the library runs such models as graphs${near === undefined ? '' : `; the nearest layer is that of ${near}`}`,
  });
}

function inPlace<T>({ place }: OnnxNode, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof FoveaError) || error.parts.where === place) throw error;
    throw new FoveaError({ ...error.parts, where: place }, { cause: error });
  }
}

/** Whether the node's outputs are read at all. */
function isWanted(
  { outputs }: OnnxNode,
  _: OnnxModel,
  { readers }: Pick<Work, 'readers'>,
): boolean {
  return outputs.some((output) => (readers.get(output) ?? 0) > 0);
}

/** How many nodes and outputs of the graph read each name. */
function readersOf({ nodes, graph }: OnnxModel): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  const all = [
    ...nodes.flatMap(({ inputs }) => inputs),
    ...graph.output.map((output) => output.name),
  ];
  for (const name of all) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}

/** One input is "input"; several keep their names, in letters that names may have. */
function inputNames(inputs: readonly EvaluatedInput[]): ReadonlyMap<string, string> {
  if (inputs.length === 1) return new Map(inputs.map(({ name }) => [name, INPUT]));
  return safeNames(inputs.map(({ name }) => name));
}

function safeNames(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      const safe = name.replace(/[^\w.-]+/g, '_').slice(0, 100) || '_';
      let own = safe;
      for (let i = 1; taken.has(own); i++) own = `${safe}_${i}`;
      taken.add(own);
      return [name, own];
    }),
  );
}

const ASSUMED: Preprocessing = { scale: 1 / 255, offset: 0 };

function readInput(
  { name, value }: EvaluatedInput,
  names: ReadonlyMap<string, string>,
  model: OnnxModel,
  writer: NetworkWriter,
): View {
  const own = names.get(name) ?? INPUT;
  const [, ...shape] = value.node.shape;
  const view = inputView(own, shape, name, model);
  if (shape.length === 3 && !isPicture(view))
    writer.note('the file reads pictures channels last, as they are here');
  if (isPicture(view))
    writer.note('channels were put last, once: weights are turned, pictures are not');
  if (view.own.length !== shape.length) {
    writer.note(`rows ${formatShape(shape)} are read from pictures ${formatShape(view.own)}`);
  }
  writer.addInput({ name: own, shape: view.own, preprocessing: ASSUMED });
  return view;
}

/** Pictures (C, H, W), or (H, W, C) where the file turns them or could mean nothing else; 784 numbers are 28 x 28. */
function inputView(own: string, shape: Shape, name: string, { nodes }: OnnxModel): View {
  const [a = 1, b = 1, c = 1] = shape;
  if (shape.length === 1 && a === 784) return { ...plainView(own, [28, 28, 1]), shape };
  if (shape.length === 2) return { ...plainView(own, [a, b, 1]), shape };
  if (shape.length !== 3) return plainView(own, shape);
  const layout = layoutOf(name, nodes);
  const isColour = (n: number) => n === 1 || n === 3 || n === 4;
  const isLast = layout === 'last' || (layout === undefined && isColour(c) && !isColour(a));
  return isLast ? plainView(own, shape) : pictureView(own, [b, c, a]);
}

const READS_CHANNELS_FIRST = /^(Conv|ConvTranspose|.*Pool|BatchNormalization|LRN|Upsample|Resize)$/;
const BY_NUMBER = /^(Add|Sub|Mul|Div|Cast|Identity|Clip|Dropout|Relu)$/;

/** Where the first nodes that tell find the channels; undefined where none does. */
function layoutOf(input: string, nodes: OnnxModel['nodes']): 'first' | 'last' | undefined {
  const same = new Set([input]);
  for (const { operator, inputs, outputs, attributes } of nodes) {
    if (!inputs.some((name) => same.has(name))) continue;
    if (READS_CHANNELS_FIRST.test(operator)) return 'first';
    if (operator === 'Transpose' && attributes.get('perm')?.ints.join() === '0,3,1,2')
      return 'last';
    if (BY_NUMBER.test(operator)) for (const output of outputs) same.add(output);
  }
  return undefined;
}

/** The file's own line on 0..255 where that suits pixels, else on what was assumed of them. */
function preprocessed(input: InputSpec, model: OnnxModel, line: InputLine | undefined) {
  const said = preprocessingIn(model, input.name);
  const base = said ?? ASSUMED;
  if (line === undefined) return { preprocessing: base, isSaid: said !== undefined };
  const largest = Math.max(...line.scale.map((n, i) => Math.abs(n * 255 + (line.offset[i] ?? 0))));
  const readsBytes = said === undefined && largest < 32;
  const factor = readsBytes || typeof base.scale !== 'number' ? 1 : base.scale;
  const scale = line.scale.map((n) => n * factor);
  // scale pixel + offset = (pixel - mean) scale
  const mean = line.offset.map((n, i) => -n / (scale[i] ?? 1));
  return {
    preprocessing: { scale: oneOf(scale), offset: 0, mean },
    isSaid: said !== undefined || readsBytes,
  };
}

const oneOf = (numbers: readonly number[]): number | readonly number[] => {
  const [first = 1] = numbers;
  return numbers.every((n) => n === first) ? first : numbers;
};

function finished(
  name: string,
  model: OnnxModel,
  evaluation: Evaluation,
  writer: NetworkWriter,
  views: ReadonlyMap<string, View>,
): ImportedModel {
  const outputs = outputsOf(evaluation, writer, views, model.where);
  const read = writer.inputs.map((input) => {
    const line = writer.inputLines.get(input.name);
    const { preprocessing, isSaid } = preprocessed(input, model, line);
    if (line !== undefined) {
      writer.note(
        `what the file does to its pixels is preprocessing now: ${preprocessingWords(preprocessing)}`,
      );
    }
    return { isSaid, input: { ...input, preprocessing } };
  });
  const inputs = nonEmpty(
    read.map(({ input }) => input),
    'inputs',
  );
  const isNamed = outputs.length > 1;
  const { spec, weights } = writer.finish(name, inputs, outputs, isNamed);
  const numbered = numberedClasses(spec);
  return {
    spec,
    weights,
    classes: classesIn(model, numbered.length) ?? numbered,
    notes: writer.notes,
    preprocessing: read.every(({ isSaid }) => isSaid) ? 'file' : 'assumed',
    producedBy: model.producedBy,
  };
}

/** Rows in the file's order; pictures stay channels last. */
function outputsOf(
  { outputs }: Evaluation,
  writer: NetworkWriter,
  views: ReadonlyMap<string, View>,
  where: string,
) {
  const names = outputs.length === 1 ? undefined : safeNames(outputs.map(({ name }) => name));
  return outputs.map(({ name }) => {
    const view = views.get(name);
    if (view === undefined || writer.isInput(view.layer)) {
      const problem = `the output "${name}" is ${view === undefined ? 'a constant' : 'an input'}`;
      throw new FoveaError({ where, problem, expected: 'what a network computes' });
    }
    return { name: names?.get(name) ?? OUTPUT, layer: outputView(view, writer).layer };
  });
}

function outputView(view: View, writer: NetworkWriter): View {
  if (view.shape.length <= 1) return writer.row(view);
  if (view.shape.length !== 3) return writer.inFileOrder(view);
  // A file that turned them itself gives them channels last already.
  if (!isPicture(view) && isInOrder(view) && sameShape(view.own, view.shape)) return view;
  const picture = writer.picture(view);
  writer.note('pictures that the network gives are (height, width, channels)');
  return picture;
}
