import { describe, expect, it } from 'vitest';
import type { AnyDataset } from '../data/streamed.ts';
import { modelOf } from '../models/index.ts';
import { forClasses } from '../models/variants.ts';
import { checkExpected, checkSameClasses, checkSameData, type ExpectedRun } from './expectedRun.ts';
import type { TrainedRecord } from './runRecord.ts';
import { settingsOf } from './settings.ts';

describe('what is said again of a run that goes on', () => {
  const spec = modelOf('lenet5');
  const said = { batchSize: 20, freeze: ['conv*'], optimizer: { kind: 'sgd', momentum: 0.9 } };
  const record = {
    data: { name: 'digits', classes: [...'0123456789'], trainCount: 80 },
    settings: settingsOf(spec, 'flip', said as never),
    from: { path: 'runs/a' },
  } as unknown as TrainedRecord;
  const check = (expected: ExpectedRun, of = record) => {
    const { classes } = of.data;
    checkExpected('runs/x', expected, forClasses(spec, classes.length), of);
  };

  it('may be all that it was begun with', () => {
    check({});
    const { optimizer, schedule, batchSize } = record.settings;
    const own = { spec, optimizer, schedule, from: 'runs/a', freeze: ['conv*'], augment: 'flip' };
    check({ ...own, settings: { batchSize }, data: { name: 'digits', trainCount: 80 } });
    // The last layer was made for the classes of the data.
    const three = { ...record, data: { ...record.data, classes: ['a', 'b', 'c'] } };
    check({ spec, adapts: true }, three);
    expect(() => check({ spec }, three)).toThrow(/another model/);
    // What is rebuilt has no classes.
    const rebuilt = { ...three, settings: { ...record.settings, target: 'input' as const } };
    expect(() => check({ spec, adapts: true }, rebuilt)).toThrow(/another model/);
  });

  it.each<[ExpectedRun, RegExp]>([
    [{ spec: modelOf('lenet5', { activation: 'relu' }) }, /the run is of another model/],
    [{ data: { name: 'mnist' } }, /name is mnist, in the run digits/],
    [{ data: { trainCount: 9 } }, /trainCount is 9, in the run 80/],
    [{ from: 'runs/b' }, /from is runs.b, in the run runs.a/],
    [{ from: null }, /from is none, in the run runs.a/],
    [{ freeze: ['dense'] }, /freeze is dense, in the run conv2d,conv2d_1/],
    [{ settings: { batchSize: 7 } }, /batchSize is 7, in the run 20/],
    [{ optimizer: { momentum: 0.5 } }, /momentum is 0.5, in the run 0.9/],
    [{ schedule: { kind: 'step' } }, /kind is step, in the run constant/],
    [{ augment: 'none' }, /augment: is none, in the run flip/],
  ])('may not be %j', (expected, words) => {
    expect(() => check(expected)).toThrow(words);
  });

  it('may not be other classes than the network answers with', () => {
    const check = (classes: string[], answers = ['cat', 'dog']) =>
      checkSameClasses('runs/x', answers, { name: 'pets', classes });
    check(['cat', 'dog']);
    expect(() => check(['dog', 'cat'])).toThrow(/stand in another order/);
    expect(() => check(['cat'])).toThrow(/class 2 of pets is missing, of the network "dog"/);
    expect(() => check(['cat', 'dog', 'owl'])).toThrow(/class 3 of pets is "owl".* missing/);
  });
});

describe('data of a run that goes on', () => {
  const data = { name: 'folder:p', classes: ['a', 'b'], digests: { pictures: '12' } };
  const check = (found: Partial<AnyDataset>) =>
    checkSameData(
      'runs/x',
      { data } as unknown as TrainedRecord,
      { ...data, ...found } as AnyDataset,
    );

  it('must have the classes and the digests of its record', () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ classes: ['b', 'a'] })).toThrow(
      /runs.x: folder:p is not what the run was trained on[\s\S]*another order/,
    );
    expect(() => check({ digests: { pictures: '34' } })).toThrow(/pictures: not what was recorded/);
  });
});
