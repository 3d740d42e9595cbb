/** @file A process that has ended and is still listed, since nobody asked how: as in containers. Linux alone lists such. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

export const listsEnded = process.platform === 'linux';

/** `use` is given its number, and when it began. */
export async function withEnded(use: (pid: number, begun: string) => Promise<void>): Promise<void> {
  // The shell becomes a sleep before its child ends, and a sleep never asks after a child.
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 20']);
  try {
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    const stat = () => readFile(`/proc/${pid}/stat`, 'utf8');
    while (!(await stat()).includes(') Z ')) await setTimeout(5);
    await use(pid, (await stat()).split(' ')[21]!);
  } finally {
    parent.kill('SIGKILL');
  }
}
