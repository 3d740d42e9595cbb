/**
 * @file What the documents say of the code, where it can be checked cheaply: links, files, commands, floors.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { rooms } from '../../tools/floors.ts';

const documents = [
  'README.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
];

const textOf = (file: string): string => readFileSync(file, 'utf8');

/** From the beginning of a source file to the end of its first comment. */
const headerOf = (file: string): string => textOf(file).split('*/', 1)[0];

describe.each(documents)('%s', (file) => {
  it('links to what is there', () => {
    const targets = [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const missing = targets
      .filter((target) => !/^(https?:|#)/.test(target))
      .filter((target) => !existsSync(path.join(path.dirname(file), target.split('#')[0])));
    expect(missing).toEqual([]);
  });

  it('quotes commands and options that exist', async () => {
    for (const line of quotedCommands(textOf(file))) {
      const [, name, ...words] = line.split(/\s+/);
      // A sweep takes the options of the training that it repeats.
      const commands = await Promise.all([name, ...(name === 'sweep' ? ['train'] : [])].map(load));
      const known = commands
        .flatMap((command) => [command, ...command.commands])
        .flatMap(({ options }) => options.flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? []));
      for (const flag of words.filter((word) => word.startsWith('--')))
        expect([...known, '--help'], line).toContain(flag);
    }
  });
});

describe('docs/reliability.md', () => {
  it('names tests that exist', () => {
    const text = textOf('docs/reliability.md').replace(/\n\s+/g, ' ');
    const promises = [
      ...text.matchAll(/\]\(\.\.\/(\S+\.test\.ts)\)[^[:]*: ((?:"[^"]+"(?:, )?)+)/g),
    ];
    expect(promises.length).toBeGreaterThan(12);
    for (const [, file, titles] of promises) {
      for (const [, title] of titles.matchAll(/"([^"]+)"/g)) expect(textOf(file)).toContain(title);
    }
  });
});

async function load(name: string): Promise<Command> {
  const module = `../../src/cli/commands/${name}.ts`;
  return ((await import(module)) as { command(): Command }).command();
}

/** Lines of code blocks, and spans, that begin with "fovea NAME"; what follows a "#" or an apostrophe is dropped. */
function quotedCommands(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/^(\s{4}|\$ )/, ''));
  const spans = [...text.matchAll(/`(fovea [^`]+)`/g)].map(([, span]) => span);
  return [...lines, ...spans]
    .filter((line) => /^fovea [a-z]/.test(line))
    .map((line) => line.split('#')[0].trim());
}

describe('the reading tour', () => {
  const stops = [...textOf('docs/tour.md').matchAll(/^\*\*\d+\. \[`([^`]+)`\]/gm)].map(
    ([, stop]) => stop,
  );

  it('has twenty stops, each a file with a header', () => {
    expect(stops.length).toBe(20);
    for (const stop of stops) expect(headerOf(stop), stop).toContain('@file');
  });

  it('goes where the headers say', () => {
    for (const [i, stop] of stops.slice(0, -1).entries())
      expect(headerOf(stop), `${stop} names the next stop`).toContain(path.basename(stops[i + 1]));
  });
});

describe('headers of source files', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

  it('name files that exist', () => {
    const missing = sources.flatMap((source) => {
      const folders = foldersOf(source);
      return [...headerOf(source).matchAll(/`([\w./-]+\.ts)`/g)]
        .filter(([, name]) => !folders.some((folder) => existsSync(path.join(folder, name))))
        .map(([, name]) => `${source} names ${name}`);
    });
    expect(missing).toEqual([]);
  });
});

/** The folder of a file and those it lies in, up to the repository's own. */
function foldersOf(file: string): string[] {
  const folder = path.dirname(file);
  return folder === '.' ? ['.'] : [folder, ...foldersOf(folder)];
}

describe('the floors of docs/architecture.md', () => {
  it('are those of tools/floors.ts', () => {
    const rows = textOf('docs/architecture.md').matchAll(/^\| `([\w.]+)` \| (\d+) \| (\w+) \|/gm);
    const told = Object.fromEntries(
      [...rows].map(([, room, floor, world]) => [room, floor + world]),
    );
    const built = Object.entries(rooms)
      .filter(([room]) => existsSync(`src/${room}`))
      .map(([room, { floor, world }]) => [room, floor + world]);
    expect(told).toEqual(Object.fromEntries(built));
  });
});
