/**
 * @file A worked unit in words and rows: what is multiplied, what it comes to, what the activation makes of it.
 */
import type { UnitTerm, WorkedUnit } from 'fovea/web';
import { formatValue } from '../../figures/numbers.ts';

/** As many terms are shown one by one; of more, those that count most. */
export const MOST_TERMS = 9;

const FUNCTIONS: Readonly<Record<string, string>> = {
  scaledTanh: '1.7159 tanh(2/3 × ·)',
};

const short = (value: number): string => formatValue(value, 3);

/** "row 5, column 7, map 3" */
export function placeWords(place: readonly number[]): string {
  const [row, column, map] = place;
  return place.length === 1 ? `number ${row}` : `row ${row}, column ${column}, map ${map}`;
}

export interface ShownTerm {
  /** "21, 12, 0": as the head of the column says. */
  readonly place: string;
  /** "0.42 × −0.13"; empty of what is not weighed. */
  readonly product: string;
  readonly adds: string;
}

/** The terms that are shown, largest first, and how many are not and what they come to. */
export function shownTerms({ terms, does }: WorkedUnit): {
  readonly shown: readonly ShownTerm[];
  readonly others: number;
  readonly rest: number;
} {
  const ranked = [...terms].sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds));
  const isAll = terms.length <= MOST_TERMS;
  const shown = isAll ? terms : ranked.slice(0, MOST_TERMS);
  const left = isAll ? [] : ranked.slice(MOST_TERMS);
  return {
    shown: shown.map((term) => shownTerm(term, does)),
    others: left.length,
    rest: left.reduce((sum, { adds }) => sum + adds, 0),
  };
}

function shownTerm({ place, value, weight, adds }: UnitTerm, does: WorkedUnit['does']): ShownTerm {
  const words = { place: place.join(', '), adds: short(adds) };
  if (weight === undefined) return { ...words, product: '' };
  const product =
    does === 'distance'
      ? `(${short(value)} − ${bracketed(weight)})²`
      : `${short(value)} × ${bracketed(weight)}`;
  return { ...words, product };
}

const bracketed = (value: number): string => (value < 0 ? `(${short(value)})` : short(value));

/** The sum and what follows, line by line: "sum of 25 products −0.31", "bias 0.02", "tanh(−0.29) = −0.282". */
export function conclusionOf(unit: WorkedUnit): readonly string[] {
  const { does, terms, bias, factor, sum, activation, result } = unit;
  const n = terms.length;
  const total = terms.reduce((all, { adds }) => all + adds, 0);
  const weighedSum = `${short(total)} × ${bracketed(factor ?? 0)} + ${bracketed(bias ?? 0)} = ${short(sum)}`;
  const first: Readonly<Record<WorkedUnit['does'], readonly string[]>> = {
    sum: [
      `${n} products: ${short(total)}`,
      ...(bias === null ? [] : [`with the bias of ${short(bias)}: ${short(sum)}`]),
    ],
    weighedSum: [`sum of ${n}: ${short(total)}`, `weight and bias: ${weighedSum}`],
    mean: [`mean of ${n}: ${short(sum)}`],
    max: [`largest of ${n}: ${short(sum)}`],
    min: [`smallest of ${n}: ${short(sum)}`],
    distance: [`${n} squares: ${short(sum)}`],
  };
  const last =
    activation === 'linear'
      ? []
      : activation === 'softmax'
        ? [`softmax over all units: ${short(result)}`]
        : [`${nameOf(activation, sum)} = ${short(result)}`];
  return [...first[does], ...last];
}

function nameOf(activation: string, sum: number): string {
  const words = FUNCTIONS[activation];
  return words === undefined ? `${activation}(${short(sum)})` : words.replace('·', bracketed(sum));
}
