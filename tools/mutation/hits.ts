/**
 * @file Loaded into every process and thread while parts are counted: writes down which test ran which part.
 *
 * A line in `$FOVEA_HITS/PROCESS-THREAD` is a test's file, its id (empty outside of tests) and numbers of parts.
 * Processes and threads that a test starts inherit its name by the environment.
 */
import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

declare global {
  var foveaHit: ((region: number) => void) | undefined;
  var foveaTest: ((name: string) => void) | undefined;
}

let test = process.env.FOVEA_HITS_TEST;
let seen = new Set<number>();
let unwritten: number[] = [];
/** Others may be killed at any moment and keep nothing back; the process of the tests does. */
let most = 1;

function write(): void {
  if (test !== undefined && unwritten.length > 0) {
    const file = `${process.env.FOVEA_HITS}/${process.pid}-${threadId}`;
    appendFileSync(file, `${test}\t${unwritten.join(' ')}\n`);
  }
  unwritten = [];
}

globalThis.foveaHit = (region) => {
  if (seen.has(region)) return;
  seen.add(region);
  unwritten.push(region);
  if (unwritten.length >= most) write();
};

globalThis.foveaTest = (name) => {
  write();
  test = name;
  process.env.FOVEA_HITS_TEST = name;
  seen = new Set();
  most = 10_000;
};

process.on('exit', write);
