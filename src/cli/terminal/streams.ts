/**
 * @file What becomes of a command that nobody reads any more: `| head -1`, a full disk, a closed terminal.
 *
 * A command that only prints has nothing left to do and leaves: with 0 where all was said, with 141
 * (128 + SIGPIPE, as shells know it) where it was in the middle. Training goes on in silence: what it is for is
 * saved in its folder. Messages on standard error are nobody's result; where they cannot be written they are
 * lost. Next stop: `main.ts`.
 */
import { messageOf } from '../../base/errors.ts';

const UNREAD = 141;

let goesOn = false;
let allSaid = false;
let unwritten: unknown;

/** The command that runs goes on though nobody reads its output. */
export function goOnUnread(): void {
  goesOn = true;
}

/** Listens for streams that end before the command does. */
export function watchStreams(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      if (unwritten === undefined) complain(error);
      unwritten = error;
      if (!goesOn) process.exit(1);
    } else if (!goesOn) process.exit(allSaid ? 0 : UNREAD);
  });
}

/** To be called when the command has ended: the exit code of one whose output was lost is 1. */
export function endOfOutput(): void {
  allSaid = true;
  if (unwritten !== undefined) process.exitCode ||= 1;
}

function complain(error: unknown): void {
  process.stderr.write(`error: standard output cannot be written: ${messageOf(error)}\n`);
  if (goesOn) process.stderr.write('Training goes on; the run is saved in its folder.\n');
}
