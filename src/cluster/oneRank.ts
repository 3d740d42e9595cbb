/** @file A cluster of one: everything is there already. */
import { unreachable } from '../base/errors.ts';
import type { Collectives } from './collectives.ts';

export const oneRank: Collectives = {
  rank: 0,
  size: 1,
  name: 'one rank',
  allReduce: async () => undefined,
  sendReceive: async () => unreachable('one rank has no other'),
  group: async () => oneRank,
  broadcast: async () => undefined,
  gather: async (bytes) => [bytes],
  barrier: async () => undefined,
  abort: () => undefined,
  abandon: () => undefined,
  close: async () => undefined,
};
