import { describe, expect, it } from 'vitest';
import { FoveaError } from './errors.ts';
import { parseJson } from './json.ts';

const where = 'x.json';
const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('parseJson', () => {
  it('reads text and bytes', () => {
    const value = { a: [1, '[[{"', '\\"['], b: null };
    expect(parseJson(JSON.stringify(value), { where })).toEqual(value);
    expect(parseJson(bytes(JSON.stringify(value)), { where })).toEqual(value);
  });

  it('reads 64 levels and no more, brackets in strings not counted', () => {
    expect(parseJson(nested(64), { where })).toBeDefined();
    expect(parseJson(`["${'['.repeat(99)}\\"${'{'.repeat(99)}"]`, { where })).toBeDefined();
    expect(parseJson(`[${'[],'.repeat(99)}1]`, { where })).toHaveLength(100);
    expect(() => parseJson(nested(65), { where })).toThrow(/more than 64 levels/);
    expect(() => parseJson(`{"a":${nested(64)}}`, { where })).toThrow(/more than 64 levels/);
    expect(() => parseJson('['.repeat(1e6), { where })).toThrow(/more than 64 levels/);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['nothing', '', /^x\.json: this is not JSON/],
    ['half a text', '{"a":"b', /not JSON/],
    ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /not UTF-8/],
    ['a byte-order mark', bytes('\ufeff{}'), /not JSON/],
    ['a prototype', '{"a":[{"__proto__":{"b":1}}]}', /"__proto__"/],
    ['a prototype in disguise', '{"\\u005f_proto__":1}', /"__proto__"/],
    ['more than is read', `"${'x'.repeat(39)}"`, /41 bytes of JSON, more than the 40/],
  ])('refuses %s', (_, source, message) => {
    const read = () => parseJson(source, { where, most: 40 });
    expect(read).toThrow(FoveaError);
    expect(read).toThrow(message);
  });
});
