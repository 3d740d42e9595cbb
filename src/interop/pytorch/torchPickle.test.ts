import { expect, it } from 'vitest';
import { PickleName, type PickleValue } from './pickleMachine.ts';
import { type Storage, tensorIn, torchWorld } from './torchPickle.ts';

const id = (changes: Record<number, PickleValue> = {}): PickleValue =>
  ['storage', new PickleName('torch.HalfStorage'), '7', 'cpu', 6].map((v, i) => changes[i] ?? v);

it('a storage is known by its type, its key and how many numbers it has', () => {
  const storages = new Map<string, Storage>();
  const world = torchWorld(storages);
  world.persistent([...(id() as PickleValue[]), null]);
  expect(storages).toEqual(new Map([['7', { key: '7', type: 'F16', count: 6 }]]));
  // Before 2017 a storage could be a part of another; who reads it as a whole reads other numbers.
  const view = [...(id() as PickleValue[]), ['3', 1, 2]];
  for (const wrong of [
    view,
    id({ 0: 'tensor' }),
    id({ 1: 'x' }),
    id({ 4: -1 }),
    id({ 4: 0.5 }),
    'x',
  ])
    expect(() => world.persistent(wrong)).toThrow(/in a way that PyTorch does not/);
});

it('a tensor lies within its storage, and has no more numbers than it', () => {
  const world = torchWorld(new Map());
  const storage = world.persistent(id());
  const rebuilt = (offset: number, shape: number[], strides: number[]) =>
    tensorIn(world.call('torch._utils._rebuild_tensor_v2', [storage, offset, shape, strides]));
  expect(rebuilt(2, [2, 2], [1, 2])).toMatchObject({ offset: 2, shape: [2, 2], strides: [1, 2] });
  expect(rebuilt(9, [0, 4], [4, 1])?.shape).toEqual([0, 4]);
  for (const [offset, shape, strides] of [
    [3, [2, 2], [1, 2]],
    [0, [7], [0]],
    [0, [2, 2], [1]],
    [0, [4], [2]],
  ] as const)
    expect(() => rebuilt(offset, [...shape], [...strides])).toThrow(/in a storage of 6/);
});
