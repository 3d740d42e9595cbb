import { expect, it } from 'vitest';
import { checkConnections } from './connectedConv2d.ts';

it('a connection table names maps that exist, each once', () => {
  expect(() => checkConnections([[0], [1, 2], [2, 0]], 3)).not.toThrow();
  expect(() => checkConnections([[0], [1, 3]], 3)).toThrow(
    /gives output map 1 the input map 3\n[\s\S]*input maps 0 to 2, each once/,
  );
  expect(() => checkConnections([[0, -1]], 3)).toThrow('output map 0 the input map -1');
  expect(() => checkConnections([[0.5]], 3)).toThrow('output map 0 the input map 0.5');
  expect(() => checkConnections([[0], [2, 1, 2]], 3)).toThrow('output map 1 the input map 2 twice');
  expect(() => checkConnections([[0], []], 3)).toThrow('output map 1 no input map');
});
