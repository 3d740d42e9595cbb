import { describe, expect, it } from 'vitest';
import { configurationsOf, trainWords } from './configurations.ts';
import { axisOf, parseSpace, valueAt } from './space.ts';
import { parseSpecFile, type SweepSpec } from './sweepSpec.ts';

const spec = (search: string, changes: Partial<SweepSpec> = {}): SweepSpec => ({
  model: 'lenet5',
  words: ['--data', 'digits'],
  axes: parseSpace(search),
  random: null,
  seeds: [0],
  seed: 0,
  halving: null,
  judge: null,
  ...changes,
});

describe('a space', () => {
  it('is read from words', () => {
    expect(
      parseSpace('  learning-rate=0.1,0.2 optimizer=adam|sgd,momentum=0.9 nesterov=true,false'),
    ).toEqual([
      { name: 'learning-rate', values: ['0.1', '0.2'] },
      { name: 'optimizer', values: ['adam', 'sgd,momentum=0.9'] },
      { name: 'nesterov', values: ['true', 'false'] },
    ]);
    const range = (words: string) => axisOf('x', words);
    expect(range('1e-4..1e-1')).toEqual({
      name: 'x',
      low: 1e-4,
      high: 0.1,
      scale: 'log',
      isWhole: false,
    });
    expect(range('0.1..0.5')).toMatchObject({
      low: 0.1,
      high: 0.5,
      scale: 'linear',
      isWhole: false,
    });
    expect(range('8..64:linear')).toMatchObject({ scale: 'linear', isWhole: true });
    expect(range('8..16:log')).toMatchObject({ scale: 'log', isWhole: true });
    expect(range('-1..1')).toMatchObject({ low: -1, scale: 'linear' });
    expect([range('1..10'), range('1..9'), range('0..9')]).toMatchObject([
      ...[{ scale: 'log' }, { scale: 'linear' }, { scale: 'linear' }],
    ]);
  });

  it.each([
    ['', /nothing to search/],
    ['rate', /received "rate"/],
    ['a=1,,2', /empty value/],
    ['a=', /empty value/],
    ['a=1 a=2', /"a" is said twice/],
    ['a=1,1', /a=1 is said twice/],
    ['a=2..1', /smaller one first/],
    ['a=x..y', /two numbers/],
    ['a=0..1:log', /above 0/],
  ])('refuses "%s"', (words, problem) => {
    expect(() => parseSpace(words)).toThrow(problem);
  });

  it('has its ends, and whole numbers equally often', () => {
    const rate = axisOf('x', '1e-4..1e-1');
    expect([0, 1 / 3, 2 / 3, 0.999999].map((share) => valueAt(rate, share))).toEqual([
      ...['0.0001', '0.001', '0.01', '0.1'],
    ]);
    expect(valueAt(axisOf('x', '0.1..0.5'), 0.12345)).toBe('0.149');
    const whole = axisOf('x', '1..4');
    const drawn = Array.from({ length: 400 }, (_, i) => valueAt(whole, i / 400));
    for (const n of ['1', '2', '3', '4']) expect(drawn.filter((d) => d === n).length).toBe(100);
    expect(valueAt(axisOf('x', 'a,b,c'), 0.999)).toBe('c');
  });
});

describe('configurations', () => {
  it('are every combination, the first axis slowest', () => {
    const all = configurationsOf(spec('a=1,2 b=x,y'));
    expect(all.map(({ id, settings }) => `${id} ${settings.a}${settings.b}`)).toEqual([
      ...['001 1x', '002 1y', '003 2x', '004 2y'],
    ]);
  });

  it('are numbered with as many digits as the last of them has, three at least', () => {
    const values = Array.from({ length: 1001 }, (_, i) => i).join(',');
    const all = configurationsOf(spec(`a=${values}`));
    expect([all.at(0)?.id, all.at(-1)?.id]).toEqual(['0001', '1001']);
  });

  it('are drawn by the seed, each once, and all where there are no more', () => {
    const draw = (seed: number, words = 'a=1e-4..1 b=1,2') =>
      configurationsOf(spec(words, { random: 20, seed })).map(({ settings }) => settings);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(new Set(draw(1).map((s) => JSON.stringify(s))).size).toBe(20);
    expect(draw(1, 'a=1,2,3')).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }]);
    expect(draw(1, 'a=1..5').length).toBe(5);
    const twenty = Array.from({ length: 20 }, (_, i) => String(i));
    expect(draw(1, `a=${twenty.join(',')}`)).toEqual(twenty.map((a) => ({ a })));
    expect(configurationsOf(spec('a=0.0..1.0', { random: 300, seed: 1 })).length).toBe(300);
  });

  it('are refused where nobody would see their end, before they are made', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i).join(',');
    const many = spec(`a=${values} b=${values} c=${values}`);
    expect(() => configurationsOf(many)).toThrow(/1,000,000,000 runs/);
    expect(() =>
      configurationsOf(spec('a=1,2', { seeds: Array.from({ length: 5001 }, (_, i) => i) })),
    ).toThrow(/10,002 runs/);
    expect(() => configurationsOf(spec('a=1..2'))).toThrow(/a has a range/);
  });

  it('are command lines', () => {
    const [, second] = configurationsOf(
      spec('model=lenet5,alexnet-cifar10 nesterov=true,false', { random: null }),
    ).slice(1);
    if (second === undefined) throw new Error('no configuration');
    expect(trainWords(spec('a=1'), second, 7)).toEqual([
      ...['alexnet-cifar10', '--data', 'digits', '--nesterov', '--seed', '7'],
    ]);
  });
});

describe('a file', () => {
  const parse = (file: object) => parseSpecFile(JSON.stringify(file), 'sweep.json');

  it('says all of it', () => {
    const read = parse({
      model: 'lenet5',
      options: { data: 'mnist', epochs: 9, nesterov: true, 'watch-test': false },
      search: { 'learning-rate': '1e-4..1e-1', 'batch-size': [64, 128] },
      random: 20,
      seeds: 2,
      halving: { eta: 2 },
    });
    expect(read).toEqual({
      model: 'lenet5',
      words: ['--data', 'mnist', '--epochs', '9', '--nesterov'],
      axes: [axisOf('learning-rate', '1e-4..1e-1'), { name: 'batch-size', values: ['64', '128'] }],
      ...{ random: 20, seeds: [1, 2], seed: 0, halving: { from: 1, eta: 2 }, judge: null },
    });
  });

  it.each([
    [{ search: {} }, /model/],
    [{ model: 'a', search: {} }, /nothing to search/],
    [{ model: 'a', search: { b: [] } }, /empty value/],
    [{ model: 'a', search: { b: [1] }, sedes: 3 }, /sedes/],
    [{ model: 'a', search: { b: [1] }, random: 0 }, /random/],
    [{ model: 'a', search: { b: [1] }, seeds: [1, 1] }, /said twice/],
  ])('refuses %j', (file, problem) => {
    expect(() => parse(file)).toThrow(problem);
  });
});
