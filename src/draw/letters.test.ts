import { expect, it } from 'vitest';
import { brokenAt, cutTo, pngAddress } from './letters.ts';

it('cuts names that are longer than their place, and no others', () => {
  expect([cutTo('abcd', 4), cutTo('abcde', 4), cutTo('', 4)]).toEqual(['abcd', 'abc…', '']);
});

it('breaks words into lines of so many letters at most', () => {
  expect(brokenAt('one two three', 7)).toEqual(['one two', 'three']);
  expect(brokenAt('one two three', 6)).toEqual(['one', 'two', 'three']);
  expect(brokenAt('incomprehensible is it', 5)).toEqual(['incomprehensible', 'is it']);
  expect(brokenAt('', 5)).toEqual(['']);
});

it('keeps every byte of a picture, however many there are', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7) % 256);
  const [head, letters = ''] = pngAddress(bytes).split(',');
  expect(head).toBe('data:image/png;base64');
  expect(Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0))).toEqual(bytes);
});
