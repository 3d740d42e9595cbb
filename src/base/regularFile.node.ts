/**
 * @file Reads a whole file that someone named: a regular one, of bounded size.
 *
 * A FIFO waits for a writer that never comes, `/dev/zero` has no end, a model.json of 600 MB is none. What is
 * opened is asked what it is, so that nothing can be exchanged between the question and the reading.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FoveaError, messageOf } from './errors.ts';

/** Opening a FIFO does not wait; without a meaning on Windows, which has none. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Bytes that one call of the system reads. */
const MOST_AT_ONCE = 2 ** 30;

/** Opens for reading; anything but a regular file is refused. `size`: in bytes. */
export async function openRegular(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await open(path, READ).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const found = await handle.stat();
    if (found.isFile()) return { handle, size: found.size };
    throw new FoveaError({
      where: path,
      problem: found.isDirectory() ? 'this is a folder' : 'this is no regular file',
      expected: 'a file, not a folder, a pipe or a device',
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** All bytes of a regular file of at most `most` bytes. `what` names what it should be. */
export async function readRegular(path: string, most: number, what = 'a file'): Promise<Buffer> {
  const { handle, size } = await openRegular(path);
  try {
    if (size > most) {
      throw new FoveaError({
        where: path,
        problem: `it has ${size} bytes`,
        expected: `${what} of at most ${most} bytes`,
      });
    }
    return await readWhole(handle, size);
  } catch (error) {
    throw error instanceof FoveaError ? error : unreadable(path, error);
  } finally {
    await handle.close();
  }
}

/** In one piece, which is quicker than the pieces of `readFile`. */
async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  // Files of the kernel do not say how long they are.
  if (size === 0) return handle.readFile();
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(size - at, MOST_AT_ONCE), at);
    if (bytesRead === 0) break; // cut off meanwhile
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

function unreadable(path: string, error: unknown): FoveaError {
  return new FoveaError(
    { where: path, problem: `cannot be read: ${messageOf(error)}` },
    { cause: error },
  );
}
