/**
 * @file Two towers as a table: what each rank holds of every layer, and between them what they exchange.
 *
 * Counts are of one picture. Before: `../towers/towerTraffic.ts`.
 */
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import { formatBytes } from '../../base/units.ts';
import { alignColumns } from '../../draw/columns.ts';
import { parametersOf } from '../network.ts';
import type { ModelSpec } from '../spec.ts';
import { towerLayers } from '../towers/towerLayers.ts';
import { TOWERS, type TowerRole, towerPlan } from '../towers/towerPlan.ts';
import { BYTES, towerTraffic } from '../towers/towerTraffic.ts';
import { formatCount } from './summaryTable.ts';

export interface TowerRow {
  readonly name: string;
  readonly kind: string;
  readonly role: TowerRole;
  /** What a rank has of the output, for one picture. */
  readonly outputShape: Shape;
  /** How many of its parameters a rank holds. */
  readonly parameters: number;
  /** Bytes that each rank sends for one picture, forward and back. */
  readonly forward: number;
  readonly back: number;
}

export interface TowerSummary {
  readonly model: string;
  readonly inputShape: Shape;
  readonly layers: readonly TowerRow[];
  /** Of the whole network, and of each rank. */
  readonly parameters: { readonly whole: number; readonly each: number };
  /** Bytes of all outputs for one picture, of a rank with what it receives. */
  readonly activations: { readonly whole: number; readonly each: number };
  /** Bytes that each rank sends for one picture. */
  readonly sent: { readonly forward: number; readonly back: number };
}

/** Throws where the network has no two towers. */
export function summarizeTowers(spec: ModelSpec): TowerSummary {
  const plan = towerPlan(spec);
  const own = towerLayers(plan, 0);
  const traffic = new Map(towerTraffic(plan).map((each) => [each.layer, each]));
  const layers = plan.layers.map(({ role, whole }, i): TowerRow => {
    const { outputShape, parameters } = own[i] ?? whole;
    const { forward = 0, back = 0 } = traffic.get(whole.spec.name) ?? {};
    return {
      name: whole.spec.name,
      kind: whole.spec.kind,
      role,
      outputShape,
      parameters: total(parameters, ({ shape }) => sizeOf(shape)),
      forward: forward * BYTES,
      back: back * BYTES,
    };
  });
  const sent = { forward: total(layers, (l) => l.forward), back: total(layers, (l) => l.back) };
  const bytes = (shape: Shape): number => sizeOf(shape) * BYTES;
  return {
    model: spec.name,
    inputShape: spec.inputShape,
    layers,
    parameters: {
      whole: total(parametersOf(spec), ({ shape }) => sizeOf(shape)),
      each: total(layers, ({ parameters }) => parameters),
    },
    activations: {
      whole: total(plan.layers, ({ whole }) => bytes(whole.outputShape)),
      each: total(layers, ({ outputShape }) => bytes(outputShape)) + sent.forward,
    },
    sent,
  };
}

const total = <T>(list: readonly T[], count: (item: T) => number): number =>
  list.reduce((sum, item) => sum + count(item), 0);

export interface TowerTableOptions {
  /** Characters in a line; default 80. */
  readonly width?: number;
  /** Pictures of the step whose bytes are told; default 128. */
  readonly batchSize?: number;
}

/** Lines without a newline at the end. */
export function formatTowers(summary: TowerSummary, options: TowerTableOptions = {}): string {
  const { width = 80, batchSize = 128 } = options;
  const { model, inputShape, layers, parameters, activations, sent } = summary;
  const sides = alignColumns(
    [
      ['', 'output', 'params'],
      ['input', inputShape.join('x'), ''],
      ...layers.map((l) => [l.name, l.outputShape.join('x'), formatCount(l.parameters)]),
    ],
    { isRight: (column) => column > 0 },
  );
  // The other side has no names.
  const names = Math.max('input'.length, ...layers.map(({ name }) => name.length)) + 2;
  const side = Math.max(...sides.map(({ length }) => length));
  const words = ['', 'the same pictures', ...layers.map(between)];
  const least = Math.max(...words.map(({ length }) => length)) + 2 * ARROW;
  const middle = Math.max(least, Math.min(MOST_BETWEEN, width - 2 * side + names - 4));
  const lines = sides.map((line, i) => {
    const own = line.padEnd(side);
    return `${own}  ${road(words[i] ?? '', middle, i - 2, layers)}  ${own.slice(names)}`.trimEnd();
  });
  const ruler = '='.repeat(2 * side - names + middle + 4);
  const share = ((100 * parameters.each) / parameters.whole).toFixed(1);
  const [titles = '', ...rows] = lines;
  return [
    `Model: "${model}" in ${TOWERS} towers, input ${formatShape([null, ...inputShape])}`,
    `${'rank 0'.padStart(side)}${' '.repeat(middle + 4)}${'rank 1'.padStart(side - names)}`,
    titles,
    ruler,
    ...rows,
    ruler,
    `Params of each rank: ${formatCount(parameters.each)} of ${formatCount(parameters.whole)} (${share} %, ${formatBytes(parameters.each * BYTES)})`,
    `Activations per image, with what is received: ${formatBytes(activations.each)} of ${formatBytes(activations.whole)}`,
    `Sent by each rank per image: ${formatBytes(sent.forward)} forward, ${formatBytes(sent.back)} back`,
    `Sent by each rank in a step of ${batchSize}: ${formatBytes((sent.forward + sent.back) * batchSize)}`,
  ].join('\n');
}

/** Beside the words at the least; and the most that stands between the towers. */
const ARROW = 3;
const MOST_BETWEEN = 44;

/** What goes from tower to tower at a layer; twice where the gradient comes back. */
function between({ role, forward, back }: TowerRow): string {
  const bytes = `${back > 0 ? '2 x ' : ''}${formatBytes(forward)}`;
  if (role === 'exchange') return bytes;
  if (role === 'border') return `border ${bytes}`;
  if (role === 'sum') return `sum ${bytes}`;
  return role === 'alike' ? 'alike' : '';
}

/** The way between two towers, centred: "<--- words --->", or a wall where nothing passes. */
function road(words: string, width: number, layer: number, layers: readonly TowerRow[]): string {
  const role = layers[layer]?.role;
  const passes = role === 'exchange' || role === 'border' || role === 'sum';
  if (!passes) return centred(words === '' && layer >= 0 ? '|' : words, width);
  const room = width - words.length - 2;
  const left = Math.floor(room / 2);
  return `<${'-'.repeat(left - 1)} ${words} ${'-'.repeat(room - left - 1)}>`;
}

const centred = (words: string, width: number): string =>
  words.padStart(Math.floor((width + words.length) / 2)).padEnd(width);
