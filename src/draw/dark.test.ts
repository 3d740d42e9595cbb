/** @file Colours of the dark: read well on their page, and rules that give each drawing exactly those. */
import { expect, it } from 'vitest';
import { contrast, type Rgb } from './colourScale.ts';
import { cellColours, DARK, DARK_PAGE, darkRules } from './dark.ts';
import { INK, QUIET, RULE, RULE_DARK } from './svg.ts';

const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as never;

it('reads as well as WCAG asks of letters, lines and bars excepted', () => {
  const lines = new Set([RULE, RULE_DARK, '#f6e3dc', '#8595a5']);
  const letters = Object.entries(DARK).filter(([light]) => !lines.has(light));
  expect(letters.map(([light]) => light)).toEqual(expect.arrayContaining([INK, QUIET, '#1769aa']));
  for (const [light, dark] of letters) {
    expect(contrast(rgb(dark), rgb(DARK_PAGE)), light).toBeGreaterThan(4.5);
  }
});

it('tells all colours of curves apart that the light tells apart', () => {
  const curves = ['#1769aa', '#b5482a', '#0b7a4b', '#7a4fa3', '#8a6d1d', '#3e4c59'];
  expect(new Set(curves.map((light) => DARK[light])).size).toBe(curves.length);
});

it('swaps fill and stroke of each, paper of rectangles alone, and what a cell says itself', () => {
  const rules = darkRules('figure').split('\n');
  expect(rules).toContain(`figure [fill="${INK}"] { fill: ${DARK[INK]}; }`);
  expect(rules).toContain(`figure [stroke="${RULE}"] { stroke: ${DARK[RULE]}; }`);
  expect(rules).toContain(`figure rect[fill="#ffffff"] { fill: ${DARK_PAGE}; }`);
  expect(rules).toHaveLength(2 + 2 * Object.keys(DARK).length);
  const { cell, ink } = cellColours(0);
  expect(cell).toEqual({ fill: 'rgb(252 251 248)', style: '--dark:rgb(19 21 24)' });
  expect(ink).toEqual({ fill: '#000000', style: '--dark:#ffffff' });
});
