import { describe, expect, it } from 'vitest';
import { UsageError } from './errors.ts';
import { readChoice, readItems, readNamedSettings } from './settingWords.ts';

const written = { option: 'optimizer', example: 'sgd,momentum=0.9' };

describe('settings in words', () => {
  it('are a name and values of their kinds', () => {
    expect(readNamedSettings('a, b=0.5 ,c=true,d=false,e=word,f=-1e-3,g=.5', written)).toEqual({
      name: 'a',
      settings: { b: 0.5, c: true, d: false, e: 'word', f: -0.001, g: 0.5 },
    });
    expect(readChoice('table,rates=0.01/1/x', written)).toEqual({
      kind: 'table',
      rates: [0.01, 1, 'x'],
    });
  });

  it('keep a number with a needless zero, a sign or a unit as it is written', () => {
    const { settings } = readNamedSettings(
      'm,codes=0123456789,input=32x32x3,n=+1,i=Infinity',
      written,
    );
    expect(settings).toEqual({ codes: '0123456789', input: '32x32x3', n: '+1', i: 'Infinity' });
  });

  it('are items in order, where a list is read', () => {
    expect(readItems('scale=256,crop,flip', written)).toEqual([
      { name: 'scale', value: '256' },
      { name: 'crop', value: undefined },
      { name: 'flip', value: undefined },
    ]);
    expect(readItems('', written)).toEqual([]);
  });

  it.each(['', 'a,', ',a', 'a,b', 'a,=1', 'a,b=', 'a,b=1=2', 'a=1', 'a,b=1,b=2', 'a,kind=b'])(
    'are refused with an example: "%s"',
    (words) => {
      expect(() => readChoice(words, written)).toThrow(UsageError);
      expect(() => readChoice(words, written)).toThrow(
        /optimizer: .*[\s\S]*such as sgd,momentum=0.9/,
      );
    },
  );
});
