/**
 * @file Runs that are killed (SIGKILL): at a random moment, or right before a random change to the disk.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RandomStream } from '../../src/base/random.ts';
import type { Message } from './child.ts';
import type { Stage, Told } from './stage.ts';

/** What a run of a kind takes when nothing happens to it. */
export interface Pace {
  readonly milliseconds: number;
  readonly changes: number;
}

interface Ended {
  readonly killed: boolean;
  readonly told: Told | undefined;
  readonly pace: Pace;
}

interface Moment {
  /** After so many milliseconds of training. */
  readonly after?: number;
  /** Before the change to the disk of this number. */
  readonly change?: number;
}

/** One run in a process of its own. */
function runOnce(words: readonly string[], { after, change = -1 }: Moment): Promise<Ended> {
  const script = fileURLToPath(new URL('./child.ts', import.meta.url));
  const child = fork(script, [...words, String(change)], { execArgv: ['--no-warnings'] });
  let told: Told | undefined;
  let began = 0;
  let pace: Pace = { milliseconds: 0, changes: 0 };
  let timer: NodeJS.Timeout | undefined;
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.type === 'began') began = performance.now();
      if (message.type === 'began' && after !== undefined) {
        timer = setTimeout(() => child.kill('SIGKILL'), after);
      }
      if (message.type === 'told') told = message;
      if (message.type === 'ended') {
        pace = { milliseconds: performance.now() - began, changes: message.changes };
      }
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL' || code === 0) resolve({ killed: signal !== null, told, pace });
      else reject(new Error(`the trainer ended with ${signal ?? code}`));
    });
  });
}

/** A kind, the stage it plays on and the data it reads. */
export interface Play {
  readonly name: string;
  readonly stage: Stage;
  readonly pictures: string;
}

const words = ({ name, stage, pictures }: Play, threads: number) => [
  name,
  pictures,
  stage.folder,
  String(threads),
];

/** Runs a kind to its end. */
export async function measurePace(play: Play): Promise<Pace> {
  await play.stage.ready();
  const { pace } = await runOnce(words(play, 2), {});
  await play.stage.judge(undefined, { threads: 1 });
  return pace;
}

/** Kills one run of a kind and judges what is left; says what was done. */
export async function killOnce(play: Play, pace: Pace, random: RandomStream): Promise<string> {
  await play.stage.ready();
  const threads = 1 + random.integer(3);
  const moment: Moment =
    random.integer(2) === 0
      ? { after: random.uniform(0, pace.milliseconds) }
      : { change: random.integer(pace.changes) };
  const { killed, told } = await runOnce(words(play, threads), moment);
  const others = 1 + (threads % 3);
  const at =
    moment.change === undefined ? `${moment.after?.toFixed(0)} ms` : `change ${moment.change}`;
  const what = `${killed ? 'killed at' : 'over before'} ${at}, ${threads} threads, then ${others}`;
  try {
    await play.stage.judge(told, { threads: others });
  } catch (error) {
    throw new Error(`${play.name}: ${what}`, { cause: error });
  }
  return what;
}
