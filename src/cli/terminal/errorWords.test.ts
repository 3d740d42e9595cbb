import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advice, FoveaError, setting } from '../../base/errors.ts';
import { errorWords } from './errorWords.ts';

describe('settings in errors', () => {
  const error = new FoveaError({
    option: 'batchSize',
    problem: 'received 0',
    expected: advice`only ${setting('epochs')} may change`,
    fix: advice`run with ${setting('threads', 1)}, ${setting('winograd', 'off')}, in another ${setting('folder')}`,
  });

  it('have their names in code', () => {
    expect(error.message).toBe(
      'batchSize: received 0\n  expected: only epochs may change\n  to fix: run with threads: 1, winograd: off, in another folder',
    );
  });

  it('are options on the command line', () => {
    expect(errorWords(error)).toBe(
      '--batch-size: received 0\n  expected: only --epochs may change\n  to fix: run with --threads 1, --no-winograd, in another folder (--out)',
    );
  });
});

it('the library speaks of no --option in what it says', () => {
  // A sweep's settings are options of the command line by their nature; style sheets have --variables.
  const isOwn = (name: string) =>
    name.endsWith('.ts') &&
    !/^(cli|server|sweeps|web\/shipped|report\/style|draw\/dark)|\.(test|generated)\.ts$|machine\/pairs|host\.node|cluster\/mpi/.test(
      name,
    );
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(isOwn);
  const said = files.flatMap((name) =>
    readFileSync(`src/${name}`, 'utf8')
      .split('\n')
      .filter((line) => /--[a-z]/.test(line) && !/^\s*(\/?\*|\/\/)/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(said).toEqual([]);
});
