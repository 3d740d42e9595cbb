import { describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { UsageError } from '../../base/errors.ts';
import { metricsOption, numberOption, parseClassWeights } from './options.ts';

describe('numbers of the command line', () => {
  const parse = (kind: Parameters<typeof numberOption>[0], text: string) =>
    numberOption(kind, '--n <n>', '').parseArg?.(text, undefined);

  it.each([
    ['count', '1', '1000000000', ['0', '1000000001', '1e12', '1.5', '', 'x']],
    ['threads', '1', '64', ['0', '65', '1000', '1e15', '-1']],
    ['seed', '0', '4294967295', ['-1', '4294967296', '0.5']],
    ['share', '0', '0.99', ['1', '-0.1', 'NaN']],
  ] as const)('are bounded: %s', (kind, least, most, wrong) => {
    expect([parse(kind, least), parse(kind, most)]).toEqual([Number(least), Number(most)]);
    for (const text of wrong) expect(() => parse(kind, text)).toThrow(UsageError);
  });
});

describe('weights of classes', () => {
  it('are balanced, or numbers by name', () => {
    expect(parseClassWeights('balanced')).toBe('balanced');
    expect(parseClassWeights('cat=2, big dog=0.5')).toEqual({ cat: 2, 'big dog': 0.5 });
  });

  it.each(['cat', 'cat=x', 'cat=-1', 'cat=', 'even'])('are not "%s"', (text) => {
    expect(() => parseClassWeights(text)).toThrow(/classWeights: received/);
  });
});

describe('metrics', () => {
  const parse = (text: string) => metricsOption().parseArg?.(text, undefined);
  it('are names in a list', () => {
    expect(parse('top3Accuracy, meanSquaredError')).toEqual(['top3Accuracy', 'meanSquaredError']);
    expect(() => parse('acuracy')).toThrow(
      /unknown metric "acuracy"[\s\S]*did you mean "accuracy"/,
    );
    expect(() => parse('accuracy=2')).toThrow(UsageError);
  });
});

describe('threads of a session', () => {
  it.each([0, 65, 1e15, 1.5])('are never %d, on no backend', async (threads) => {
    for (const backend of ['auto', 'reference'] as const) {
      await expect(openSession({ backend, threads })).rejects.toThrow(/whole number from 1 to 64/);
    }
  });
});
