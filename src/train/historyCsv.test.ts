import { expect, it } from 'vitest';
import { historyCsv } from './historyCsv.ts';

const clock = { learningRate: 0.001, seconds: 1.5, waiting: 0 };

it('writes a line of names and one per epoch, empty where an epoch lacks a number', () => {
  const csv = historyCsv([
    {
      epoch: 1,
      train: { loss: 0.1 + 0.2, accuracy: 0.5, metrics: { top5Accuracy: 0.9 } },
      validation: { loss: 2, accuracy: 0.25 },
      ...clock,
    },
    {
      epoch: 2,
      train: { loss: 0.25, accuracy: 0.75 },
      validation: { loss: 1, accuracy: 0.5 },
      test: { loss: 3, accuracy: 0.125 },
      ...clock,
    },
  ]);
  expect(csv.split('\n')).toEqual([
    'epoch,loss,accuracy,top5Accuracy,val_loss,val_accuracy,learningRate,seconds,waiting,test_loss,test_accuracy',
    '1,0.30000000000000004,0.5,0.9,2,0.25,0.001,1.5,0,,',
    '2,0.25,0.75,,1,0.5,0.001,1.5,0,3,0.125',
    '',
  ]);
});

it('names each of several outputs, whatever it is called', () => {
  const outputs = { 'a,"b"': { loss: 1, meanAbsoluteError: 2 }, c: { loss: 3, accuracy: 1 } };
  const csv = historyCsv([{ epoch: 1, train: { loss: 4, outputs }, validation: null, ...clock }]);
  expect(csv).toBe(
    'epoch,loss,"a,""b""_loss","a,""b""_meanAbsoluteError",c_loss,c_accuracy,learningRate,seconds,waiting\n1,4,1,2,3,1,0.001,1.5,0\n',
  );
});

it('has no lines before the first epoch', () => {
  expect(historyCsv([])).toBe('');
});
