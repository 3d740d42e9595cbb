/** @file A server on a port, or words that say why not. */
import type { Server } from 'node:http';
import { advice, FoveaError, messageOf, setting } from '../base/errors.ts';

export function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(whyNot(error, host, port));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: number): FoveaError {
  const where = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    const fix = advice`leave ${setting('port')} out to get a free one`;
    return new FoveaError(
      { where, problem: 'another program uses this port', fix },
      { cause: error },
    );
  }
  if (error.code === 'EACCES') {
    const fix = advice`use a ${setting('port')} from 1024 on`;
    return new FoveaError(
      { where, problem: 'no permission to use this port', fix },
      { cause: error },
    );
  }
  const expected = advice`a ${setting('host')} that is an address of this machine, such as 127.0.0.1`;
  return new FoveaError(
    { where, problem: `cannot listen here: ${messageOf(error)}`, expected },
    { cause: error },
  );
}
