/**
 * @file The process that is killed: runs one kind and says how far it is. `kills.ts` watches it.
 *
 * Words: kind, data, home, threads, and the number of the change to the disk before which it kills itself
 * (-1: it is killed from outside, or not at all).
 */
import path from 'node:path';
import { resumeRun, trainRun } from '../../src/runs/trainRun.ts';
import { watchDisk } from './disk.ts';
import { kindOf } from './kinds.ts';
import type { Told } from './stage.ts';

export type Message =
  | { readonly type: 'began' }
  | ({ readonly type: 'told' } & Told)
  | { readonly type: 'ended'; readonly changes: number };

const [name = '', pictures = '', folder = '', threads, killAt] = process.argv.slice(2);
const { request, before } = kindOf(name, pictures);
const say = (message: Message) => process.send?.(message);
let changes = 0;
watchDisk(path.dirname(folder), (_, number) => {
  if (number === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  changes++;
});
const backend = { threads: Number(threads) };
say({ type: 'began' });
const events =
  before === 'stopped'
    ? resumeRun({ ...request, folder, backend })
    : trainRun({ ...request, folder, overwrite: before === 'other', backend });
for await (const event of events) {
  if (event.type !== 'checkpoint') continue;
  const { epoch, batch } = (await event.snapshot()).progress;
  say({ type: 'told', epoch, batch });
}
say({ type: 'ended', changes });
process.disconnect();
