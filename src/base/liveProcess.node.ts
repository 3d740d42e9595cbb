/**
 * @file Whether a process of this machine runs: for locks and unfinished files that bear its number.
 *
 * Its number and its start are asked of the system where that tells (Linux), else its number alone. Next stops:
 * `runs/folder/runLock.ts`; `data/files/partFile.node.ts`.
 */
import { readFile } from 'node:fs/promises';

/** When a process began, in the system's own count; null where it does not tell. */
export async function beginningOf(pid: number): Promise<string | null> {
  return (await told(pid)).begun;
}

/** `begun`: when the process began that is meant; another that has its number by now is not it. */
export async function isRunning(pid: number, begun: string | null = null): Promise<boolean> {
  const { state, begun: now } = await told(pid);
  // It has ended; whoever started it has not asked how, as in containers whose first process never does.
  if (state === 'Z' || state === 'X') return false;
  if (begun !== null && now !== null) return now === begun;
  try {
    // Signal 0 asks and does nothing.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 and 22 of /proc/PID/stat: the state, and clock ticks from the system's start to the process's. */
async function told(pid: number) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the command in brackets and may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  return { state: fields[0] ?? null, begun: fields[19] ?? null };
}
