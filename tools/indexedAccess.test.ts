import { expect, it } from 'vitest';
import { judge } from './indexedAccess.ts';

const LINES = [
  'src/ops/matmul.ts(3,4): error TS2532: Object is possibly undefined.',
  '  a line that goes on',
  "src/graph/print.ts(30,51): error TS18048: 'row' is possibly 'undefined'.",
  'src/graph/print.test.ts(3,4): error TS2532: Object is possibly undefined.',
  'src/opsOfOthers.ts(3,4): error TS2532: Object is possibly undefined.',
];

it('fails on findings outside the rooms of the list, tests aside', () => {
  const { failures, unneeded } = judge(LINES, ['src/ops/']);
  expect(failures).toEqual([LINES[2], LINES[4]]);
  expect(unneeded).toEqual([]);
});

it('wants rooms without findings off the list', () => {
  expect(judge(LINES, ['src/ops/', 'src/draw/', 'src/graph/']).unneeded).toEqual(['src/draw/']);
});

it('passes what compiles', () => {
  expect(judge([''], [])).toEqual({ failures: [], unneeded: [] });
});
