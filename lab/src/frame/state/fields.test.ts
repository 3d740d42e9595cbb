import { expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address.ts';
import {
  asText,
  choice,
  flag,
  numbers,
  readFields,
  real,
  whole,
  words,
  writeFields,
} from './fields.ts';

const fields = {
  kernel: whole(3, { from: 1, to: 11 }),
  share: real(0.5, { from: 0, to: 1 }),
  op: choice('max', ['max', 'min', 'avg'] as const),
  grid: flag(true),
  title: words('', 20),
  weights: numbers([1, 2]),
  size: asText<readonly [number, number]>(
    [6, 6],
    (text) => {
      const [h = 0, w = 0] = text.split('x').map(Number);
      return h > 0 && w > 0 ? [h, w] : undefined;
    },
    (size) => size.join('x'),
  ),
};
const read = (query: string) => readFields(fields, new URLSearchParams(query));

it('gives what the address says and defaults for the rest', () => {
  expect(read('kernel=5&op=min&grid=0&weights=1,-2.5&size=4x5&share=0.25')).toEqual({
    kernel: 5,
    share: 0.25,
    op: 'min',
    grid: false,
    title: '',
    weights: [1, -2.5],
    size: [4, 5],
  });
});

it('takes the default for what cannot be meant', () => {
  const first = read('');
  for (const query of [
    'kernel=0',
    'kernel=12',
    'kernel=2.5',
    'kernel=',
    'kernel=x',
    'share=1.1',
    'share=NaN',
    'op=median',
    'grid=yes',
    `title=${'x'.repeat(21)}`,
    'weights=1,,2',
    'weights=1,Infinity',
    'size=4',
    'unknown=1',
  ]) {
    expect(read(query), query).toEqual(first);
  }
  expect(readFields({ few: numbers([], 3) }, new URLSearchParams('few=1,2,3,4'))).toEqual({
    few: [],
  });
});

it('writes only what differs from the default, and reads it back', () => {
  expect(writeFields(fields, read(''))).toBe('');
  const changed = { ...read(''), kernel: 5, title: 'a & b=ü', weights: [0, -1e-7] };
  const query = writeFields(fields, changed);
  expect(query).toBe('kernel=5&title=a%20%26%20b%3D%C3%BC&weights=0,-1e-7');
  expect(read(query)).toEqual(changed);
});

it('leaves the fields of other parts of the page alone', () => {
  const query = writeFields(
    fields,
    { ...read(''), kernel: 5 },
    'shift=2&kernel=7&title=x&density=0.1',
  );
  expect(query).toBe('kernel=5&shift=2&density=0.1');
  expect(writeFields(fields, read(''), 'kernel=7&shift=2')).toBe('shift=2');
});

it('reads a page and its fields from the hash', () => {
  expect(parseAddress('')).toEqual({ page: '', place: '', query: '' });
  expect(parseAddress('#/windows')).toEqual({ page: 'windows', place: '', query: '' });
  expect(parseAddress('#/windows?a=1&b=2')).toEqual({
    page: 'windows',
    place: '',
    query: 'a=1&b=2',
  });
  expect(parseAddress('#/text/padding/sizes?a=1/2')).toEqual({
    page: 'text',
    place: 'padding/sizes',
    query: 'a=1/2',
  });
  for (const hash of ['#/', '#/windows', '#/windows?a=1', '#/text/padding/sizes?a=1/2'])
    expect(formatAddress(parseAddress(hash))).toBe(hash);
});
