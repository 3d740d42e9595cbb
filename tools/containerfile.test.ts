/** @file What the Containerfile says is what the package and `fovea serve` are: no machine here builds it. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { command } from '../src/cli/commands/serve.ts';

/** Instructions in order, their continued lines joined. */
const instructions = readFileSync('Containerfile', 'utf8')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => {
    const [, name = '', rest = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    return { name, rest };
  });
const all = (name: string): string[] =>
  instructions.flatMap((one) => (one.name === name ? [one.rest] : []));
const words = (rest: string): string[] => JSON.parse(rest.replace(/^CMD /, '')) as string[];
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly bin: { readonly fovea: string };
  readonly engines: { readonly node: string };
  readonly scripts: { readonly build: string };
};

it('copies what is there, what the build makes, and the files of a run', () => {
  const sources = all('COPY').flatMap((rest) => rest.split(' ').slice(0, -1));
  const known = new Set(['dist', `\${RUN}/model.json`, `\${RUN}/weights.safetensors`]);
  expect(sources.filter((source) => !known.has(source) && !existsSync(source))).toEqual([]);
  expect(sources).toEqual(expect.arrayContaining([...known]));
  expect(manifest.scripts.build).toContain('tsconfig.build.json');
});

it('runs the command that the package has, with options that it knows', () => {
  const [node, file, name, ...given] = [
    ...words(all('ENTRYPOINT')[0] ?? '[]'),
    ...words(all('CMD')[0] ?? '[]'),
  ];
  expect([node, file, name]).toEqual(['node', manifest.bin.fovea, 'serve']);
  const serve = command();
  expect(serve.parseOptions(given)).toEqual({ operands: ['model'], unknown: [] });
  expect(serve.opts()).toMatchObject({ host: '0.0.0.0', allowHost: ['localhost'] });
  expect(all('EXPOSE')).toEqual([String(serve.opts<{ port: number }>().port)]);
  expect(all('HEALTHCHECK')[0]).toContain(`127.0.0.1:${all('EXPOSE')[0]}/v2/health/ready`);
});

it('has a Node that the package runs on, and gives the network to nobody of rank', () => {
  const version = Number(/node:(\d+)-slim/.exec(all('FROM')[0] ?? '')?.[1]);
  expect(version).toBeGreaterThanOrEqual(Number(/\d+/.exec(manifest.engines.node)?.[0]));
  const order = instructions.map((one) => one.name);
  expect(all('USER')).toEqual(['node']);
  expect(order.indexOf('USER')).toBeGreaterThan(order.lastIndexOf('COPY'));
  expect(order.indexOf('USER')).toBeLessThan(order.indexOf('ENTRYPOINT'));
  expect(all('STOPSIGNAL')).toEqual(['SIGTERM']);
});
