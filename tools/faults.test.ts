import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../src/base/random.ts';
import { type Operation, watchDisk } from './faults/disk.ts';
import { countChanges, diskFaults, failAt } from './faults/diskFaults.ts';
import { killOnce, type Play } from './faults/kills.ts';
import { drawData, type Kind, kindsOf } from './faults/kinds.ts';
import { endOfProcess, openStage, type Stage } from './faults/stage.ts';

const backend = { backend: 'reference' } as const;
let home: string;
let pictures: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
  pictures = await drawData(home);
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

/** Of every kind of run; `npm run test:faults` has as many as there is time for. */
const FAULTS = 4;

const small = (name: string): Kind => {
  const kind = kindsOf(pictures)[name];
  const settings = { ...kind.request.settings, epochs: 2, batchSize: 8 };
  return { ...kind, request: { ...kind.request, trainCount: 24, testCount: 8, settings } };
};
const stageOf = (name: string, place = name): Promise<Stage> =>
  openStage(path.join(home, place), small(name), backend);

describe('a disk that fails', () => {
  it.each(['new', 'overwrite', 'resume'])('harms nothing that was saved: %s', async (name) => {
    const stage = await stageOf(name);
    const changes = await countChanges(stage);
    const random = new RandomStream(7, name);
    for (let i = 0; i < FAULTS; i++) {
      const at = random.integer(changes);
      await failAt(stage, at, diskFaults[i % diskFaults.length]);
    }
  });
});

describe('a trainer that is killed', () => {
  it('leaves what the next needs to end with the same bits', async () => {
    const stage = await openStage(path.join(home, 'kill'), kindsOf(pictures).resume, {
      threads: 1,
    });
    const play: Play = { name: 'resume', stage, pictures };
    const killed = await killOnce(play, { milliseconds: 300, changes: 40 }, new RandomStream(3));
    expect(killed).toMatch(/^killed at/);
  });
});

describe('the order on disk', () => {
  it('is: bytes, then the name, then the folder that has the name', async () => {
    const stage = await stageOf('new', 'order');
    await stage.ready();
    const log: Operation[] = [];
    const restore = watchDisk(path.dirname(stage.folder), (operation) => log.push(operation));
    for await (const _ of stage.perform(backend));
    restore();
    const renames = log.filter(
      ({ name, path: from }) => name === 'rename' && from.endsWith('.tmp'),
    );
    expect(renames.length).toBeGreaterThan(8);
    for (const rename of renames) {
      const at = log.indexOf(rename);
      const own = log.filter(({ path: file }) => file === rename.path).map(({ name }) => name);
      if (own[0] === 'open') {
        expect(own.slice(0, 4)).toEqual(['open', 'writeFile', 'sync', 'rename']);
      }
      const folder = path.dirname(rename.to ?? '');
      const next = log.slice(at + 1).filter(({ name }) => name !== 'rm');
      expect(next.slice(0, 2)).toEqual([
        { name: 'open', path: folder },
        { name: 'sync', path: folder },
      ]);
    }
  });
});

describe('the judge', () => {
  const damages: Record<string, (folder: string) => Promise<unknown>> = {
    'a half file': (folder) => fs.truncate(path.join(folder, 'checkpoint/last.safetensors'), 99),
    'a checkpoint older than what was told': async () => undefined,
    'something left over': (folder) => fs.writeFile(path.join(folder, '../.run.tmp'), ''),
    'other bits': async (folder) => {
      const [last, best] = ['last', 'best'].map((n) => `${folder}/checkpoint/${n}.safetensors`);
      const bytes = await fs.readFile(last);
      bytes[bytes.length - 2] ^= 1;
      await fs.writeFile(last, bytes);
      await fs.copyFile(last, best);
    },
  };
  it.each(Object.keys(damages))('notices %s', async (damage) => {
    const stage = await stageOf('resume', damage);
    await stage.ready();
    await damages[damage](stage.folder);
    await endOfProcess(stage.folder);
    const told = damage.startsWith('a checkpoint') ? { epoch: 1, batch: 9 } : undefined;
    await expect(stage.judge(told, backend)).rejects.toThrow();
  });
});
