/**
 * @file What an event file is called: "events.out.tfevents.SECONDS.HOST.PROCESS".
 *
 * TensorBoard reads a folder's files in the order of their names. Next stop: `eventFile.ts`, which writes them.
 */
import os from 'node:os';

const NAME = /^events\.out\.tfevents\.(\d+)\./;

/** Whether a file of this name holds events. */
export const isEventFile = (name: string): boolean => NAME.test(name);

/** A name behind those that are there. */
export function nextEventName(there: readonly string[]): string {
  const before = there.flatMap((name) => NAME.exec(name)?.[1] ?? []);
  const now = Math.floor(Date.now() / 1000);
  const seconds = Math.max(now, ...before.map((second) => Number(second) + 1));
  return `events.out.tfevents.${String(seconds).padStart(10, '0')}.${os.hostname()}.${process.pid}`;
}
