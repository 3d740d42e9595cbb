import fs, { type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readRecords } from '../../interop/tensorboard/records.ts';
import { EventFile } from './eventFile.ts';

let folder = '';
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'fovea-event-file-'));
  // No second passes.
  vi.spyOn(performance, 'now').mockReturnValue(1e6);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(folder, { recursive: true });
});

const event = (byte: number): Uint8Array => Uint8Array.of(byte);

/** Of all records but the first, which names the format: the byte. */
async function bytesIn({ path: file }: EventFile): Promise<number[]> {
  return readRecords(await fs.readFile(file))
    .records.slice(1)
    .map(([byte]) => byte);
}

/** What stands in the place of every handle's `appendFile`, given the one that was there. */
async function replaceAppend(by: (append: () => Promise<void>) => Promise<void>): Promise<void> {
  const probe = await fs.open(path.join(folder, 'probe'), 'w');
  const handles: FileHandle = Object.getPrototypeOf(probe);
  await probe.close();
  const { appendFile } = handles;
  vi.spyOn(handles, 'appendFile').mockImplementation(function (this: FileHandle, data) {
    return by(() => appendFile.call(this, data));
  });
}

it('keeps the order of what is written, though nobody waits and a write takes its time', async () => {
  const file = await EventFile.create(folder);
  let free = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    free = resolve;
  });
  let writes = 0;
  await replaceAppend(async (append) => {
    if (writes++ === 0) await first;
    await append();
  });
  file.send([event(1), event(2)]);
  file.putOff(event(3));
  file.send([event(4)]);
  const last = file.append([event(5)]);
  expect(await bytesIn(file)).toEqual([]);
  free();
  await last;
  expect(await bytesIn(file)).toEqual([1, 2, 3, 4, 5]);
  expect(writes).toBe(3);
  await file.close();
});

it('writes what was put off once a second has passed', async () => {
  const file = await EventFile.create(folder);
  file.putOff(event(1));
  vi.spyOn(performance, 'now').mockReturnValue(1e6 + 1001);
  file.putOff(event(2));
  await file.append([]);
  expect(await bytesIn(file)).toEqual([1, 2]);
  await file.close();
});

it('writes what was put off when it is closed', async () => {
  const file = await EventFile.create(folder);
  file.putOff(event(1));
  file.putOff(event(2));
  expect(await bytesIn(file)).toEqual([]);
  await file.close();
  expect(await bytesIn(file)).toEqual([1, 2]);
});

it('tells whoever comes next what went wrong while nobody waited, and writes no more', async () => {
  const file = await EventFile.create(folder);
  let writes = 0;
  await replaceAppend(async (append) => {
    if (++writes === 2) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await append();
  });
  file.send([event(1)]);
  file.send([event(2)]);
  await expect(file.append([event(3)])).rejects.toThrow(/cannot write/);
  expect(() => file.send([event(4)])).toThrow(/cannot write/);
  await expect(file.close()).rejects.toThrow(/cannot write/);
  expect(await bytesIn(file)).toEqual([1]);
  expect(writes).toBe(2);
});
