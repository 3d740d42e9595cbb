/** @file The answer in words, and a bar for each of the classes that are named. */
import type { Prediction } from '../../../train/prediction/reading.ts';
import { element } from './elements.ts';

const percent = (p: number): string => `${(100 * p).toFixed(p > 0.9995 || p < 0.0005 ? 0 : 1)} %`;

/** How many classes have a bar. */
export const MOST_BARS = 10;

/** Before anything was shown: the classes, where they are few, with nothing beside them. */
export function showNothing(
  said: Element,
  bars: Element,
  classes: readonly string[],
  words: string,
): void {
  said.replaceChildren(element('span', { class: 'quiet' }, words));
  const shown = classes.length <= MOST_BARS ? classes : [];
  bars.replaceChildren(...shown.map((name) => rowOf(name, undefined)));
}

/** `notes`: whether to say what was done to the picture. */
export function showAnswers(
  said: Element,
  bars: Element,
  { answers, blank, distances, notes }: Prediction,
  classes: readonly string[],
  hasNotes: boolean,
): void {
  const [best] = answers;
  if (blank || best === undefined) {
    showNothing(said, bars, classes, 'There is nothing to read.');
    return;
  }
  const by =
    distances === null
      ? `${percent(best.probability)} sure`
      : `${(distances[classes.indexOf(best.class)] ?? 0).toFixed(1)} away from its code`;
  said.replaceChildren(
    element('strong', {}, best.class),
    element('span', { class: 'sure' }, by),
    element('span', { class: 'notes' }, hasNotes ? notes.join('; ') : ''),
  );
  // Few classes keep their places, so that bars grow and shrink; of many the first are ranked.
  const shown =
    classes.length <= MOST_BARS
      ? classes.flatMap((name) => answers.find((a) => a.class === name) ?? [])
      : answers.slice(0, MOST_BARS);
  bars.replaceChildren(
    ...shown.map(({ class: name, probability }) => {
      const row = rowOf(name, probability);
      if (name === best.class) row.className = 'isBest';
      return row;
    }),
  );
}

function rowOf(name: string, probability: number | undefined): HTMLLIElement {
  const bar = element('span', { class: 'bar' });
  bar.style.setProperty('--share', String(probability ?? 0));
  return element(
    'li',
    {},
    element('span', { class: 'name' }, name),
    element('span', { class: 'track' }, bar),
    element('span', { class: 'share' }, probability === undefined ? '' : percent(probability)),
  );
}
