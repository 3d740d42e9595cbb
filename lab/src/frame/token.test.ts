import { expect, it } from 'vitest';
import { splitToken } from './token.ts';

it.each([
  ['#token=ab_C-1', 'ab_C-1', ''],
  ['#/runs?token=abc', 'abc', '#/runs'],
  ['#/runs?name=x&token=abc', 'abc', '#/runs?name=x'],
  ['#/runs?token=abc&name=x', 'abc', '#/runs?name=x'],
  ['#/runs?name=x', undefined, '#/runs?name=x'],
  ['', undefined, ''],
])('takes the token out of %j', (hash, token, rest) => {
  expect(splitToken(hash)).toEqual(token === undefined ? { rest } : { token, rest });
});
