import { expect, it } from 'vitest';
import { asTrained } from '../../../test/interop/asTrained.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import { moduleText } from './moduleText.ts';

/** The lines of `preprocess` in the module of a network that reads 2 x 2 pictures of three channels. */
function linesFor(preprocessing: Partial<Preprocessing>): string[] {
  const spec = sequential({ inputShape: [2, 2, 3], preprocessing }, [
    layers.flatten(),
    layers.dense({ units: 2 }),
  ]);
  const text = moduleText(asTrained(spec), { load: 'load()', imports: [] });
  const [, body = ''] = /def preprocess\(pixels\):\n +""".*"""\n((?: {4}.*\n)+)/.exec(text) ?? [];
  return body
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

it('a module says how pixels become numbers: border, mean, scale and offset, in this order', () => {
  const [first, last] = [
    'x = torch.as_tensor(pixels, dtype=torch.float32)',
    'return x.permute(0, 3, 1, 2)',
  ];
  expect(linesFor({ scale: 0.5 })).toEqual([first, 'x = x * 0.5', last]);
  expect(linesFor({ scale: [1, 2, 4], offset: -1, mean: [7, 8, 9] })).toEqual([
    first,
    'x = x - torch.tensor([7, 8, 9])',
    'x = x * torch.tensor([1, 2, 4]) + -1',
    last,
  ]);
  const each = Array.from({ length: 12 }, (_, i) => i);
  expect(linesFor({ scale: 1, mean: each })).toEqual([
    first,
    `x = x - torch.tensor([${each.join(', ')}]).view(2, 2, 3)`,
    'x = x * 1',
    last,
  ]);
});

it('pads height and width of the pictures, which lie channels last there', () => {
  const spec = sequential({ inputShape: [4, 4, 1], preprocessing: { border: 1 } }, [
    layers.flatten(),
    layers.dense({ units: 2 }),
  ]);
  const text = moduleText(asTrained(spec), { load: 'load()', imports: [] });
  expect(text).toContain('x = F.pad(x, (0, 0, 1, 1, 1, 1))');
});
