/** @file package.json says of the built files what the sources are: which are Node's alone, which do something by loading. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const { browser, sideEffects, exports } = JSON.parse(readFileSync('package.json', 'utf8'));

const sourceOf = (built: string): string =>
  built.replace('./dist/', 'src/').replace(/(\.d\.ts|\.js)$/, '.ts');

describe('package.json', () => {
  it('leaves every *.node.ts file out of a page, and no other', () => {
    const forNode = globSync('src/**/*.node.ts').sort();
    expect(Object.keys(browser).map(sourceOf).sort()).toEqual(forNode);
    expect(new Set(Object.values(browser))).toEqual(new Set([false]));
  });

  it('names files that are there as entries, and as what does something by being loaded', () => {
    const entries = JSON.stringify(exports).match(/\.\/dist[^"]*/g) ?? [];
    const loaded = (sideEffects as string[]).filter(
      (path) => path.endsWith('s') && !path.includes('*'),
    );
    for (const path of [...entries, ...loaded.filter((p) => p.endsWith('.js'))]) {
      expect(existsSync(sourceOf(path)), path).toBe(true);
    }
    for (const worker of ['./web/engineWorker', './web/threadWorker', './web/isolationWorker']) {
      expect(sideEffects).toContain(exports[worker]);
      expect(sideEffects).toContain(`./${sourceOf(exports[worker])}`);
    }
  });
});
