/**
 * @file Prints a model counted under one convention as texts do, and the totals of the others beside it.
 *
 * Next stop: `cli/commands/summary.ts`.
 */
import { formatShape } from '../../base/shape.ts';
import { alignColumns } from '../../draw/columns.ts';
import type { ModelSpec } from '../spec.ts';
import {
  biasesOf,
  type Convention,
  type Count,
  type CountedLayer,
  type CountedModel,
  conventions,
  countAs,
} from './conventions.ts';
import { formatCount } from './summaryTable.ts';

/** A network, and the one it goes back to: the same where it is as published. */
export interface Versions {
  readonly own: ModelSpec;
  readonly published: ModelSpec;
  /** Those that were ever used for it; default: all. */
  readonly conventions?: readonly Convention[] | undefined;
}

export interface Comparison {
  readonly counted: CountedModel;
  /** Shares of convolutions and dense layers, whole per cent. */
  readonly shares: { readonly convolutions: Count; readonly dense: Count };
  /** Totals under each convention that is the model's. */
  readonly conventions: Readonly<Partial<Record<Convention, Count>>>;
  /** Why they differ, in one line; empty where there is one alone. */
  readonly why: string;
}

export function compareConventions(versions: Versions, convention: Convention): Comparison {
  const { own, published, conventions: known = conventions } = versions;
  const countedAs = (name: Convention) => countAs(name === 'paper' ? published : own, name);
  const counted = countedAs(convention);
  const share = (part: Count): Count => ({
    parameters: Math.round((100 * part.parameters) / counted.totals.parameters),
    computation: Math.round((100 * part.computation) / counted.totals.computation),
  });
  return {
    counted,
    shares: { convolutions: share(counted.convolutions), dense: share(counted.dense) },
    conventions: Object.fromEntries(known.map((name) => [name, countedAs(name).totals])),
    why: known.includes('text') ? reasonFor(versions) : '',
  };
}

function reasonFor({ own, published }: Versions): string {
  const { dense, additions } = biasesOf(own);
  const text =
    `"text" leaves out the ${formatCount(dense)} biases of the dense layers ` +
    `and counts ${formatCount(additions)} additions of biases as computation`;
  const grouped = published.layers
    .filter(({ kind, options }) => kind === 'conv2d' && Number(options.groups) > 1)
    .map(({ name }) => name);
  const towers = own.name !== published.name && grouped.length > 0;
  const paper = towers
    ? `; the paper's ${published.name} has two towers in ${grouped.join(', ')}`
    : '';
  return `Why they differ: ${text}${paper}.`;
}

const GAP = '   ';
const TITLES = ['Layer', 'Output', 'Filter', 'Stride', 'Padding', 'Parameters'];

export function formatComparison({ counted, shares, conventions: all, why }: Comparison): string {
  const { model, convention, inputShape, layers, totals, convolutions, dense } = counted;
  const work = convention === 'text' ? 'forward computation' : 'multiply-adds';
  const title = work.charAt(0).toUpperCase() + work.slice(1);
  const fixed = counted.fixed === 0 ? '' : ` (${formatCount(counted.fixed)} of them fixed)`;
  const rows = [[...TITLES, title], ...layers.map(cellsOf)];
  const part = (name: string, count: Count, share: Count) =>
    `${name}: ${formatCount(count.parameters)} parameters (${share.parameters} %), ` +
    `${formatCount(count.computation)} ${work} (${share.computation} %)`;
  return [
    `Model: "${model}", input ${formatShape(inputShape)}, counted as "${convention}" does`,
    ...alignColumns(rows, { gap: GAP }),
    '',
    `Total: ${formatCount(totals.parameters)} parameters${fixed}, ${formatCount(totals.computation)} ${work}`,
    part('Convolutions', convolutions, shares.convolutions),
    part('Dense layers', dense, shares.dense),
    '',
    ...Object.entries(all).map(
      ([name, { parameters, computation }]) =>
        `${name.padEnd(6)}  ${formatCount(parameters)} parameters, ${formatCount(computation)} ${
          name === 'text' ? 'forward computation' : 'multiply-adds'
        }`,
    ),
    ...(why === '' ? [] : [why]),
  ].join('\n');
}

function cellsOf(layer: CountedLayer): string[] {
  const { name, kind, outputShape, window, strides, padding } = layer;
  const both = (pair: readonly [number, number] | null) => (pair === null ? '' : pair.join('x'));
  const equation = (as: string, n: number) => (n === 0 ? '' : `${as === '' ? '' : `${as} = `}${n}`);
  return [
    `${name} (${kind})`,
    outputShape.join('x'),
    both(window),
    both(strides),
    both(padding),
    equation(layer.parametersAs, layer.parameters),
    equation(layer.computationAs, layer.computation),
  ];
}
