/**
 * @file Opens the lab's server on a port and closes it again. Next stop: `app.ts`.
 *
 * What a browser keeps for a page (runs, settings) it keeps by host and port, so the same port is tried first
 * each time; where another lab has it, the next ones.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { FoveaError } from '../base/errors.ts';
import { labApp } from './app.ts';
import { ownHosts, urlOf } from './hosts.ts';
import type { LabFiles } from './labFiles.ts';
import { listening } from './listening.ts';
import { parts as allParts } from './routes/index.ts';
import type { Part } from './routes/part.ts';

export const FIRST_PORT = 8128;
/** Ports that are tried before the system is asked for any. */
const TRIED_PORTS = 10;

export interface LabOptions {
  /** The built lab: `builtLab()`. */
  readonly files: LabFiles;
  /** Where the command was started. */
  readonly folder: string;
  readonly host?: string;
  /** Exactly this port; without it a free one is chosen. */
  readonly port?: number;
  readonly parts?: Readonly<Record<string, Part>>;
  readonly onBug?: (error: unknown) => void;
}

export interface Lab {
  /** "http://127.0.0.1:8128/" */
  readonly url: string;
  /** The address with the token: whoever opens this may write. */
  readonly link: string;
  readonly port: number;
  readonly token: string;
  close(): Promise<void>;
}

export async function openLab(options: LabOptions): Promise<Lab> {
  const { files, folder, host = '127.0.0.1', parts = allParts, onBug = console.error } = options;
  const token = randomBytes(24).toString('base64url');
  const server = createServer();
  await listenOn(server, host, options.port);
  const { port } = server.address() as AddressInfo;
  const context = { folder, token };
  const app = labApp({ files, hosts: ownHosts(host, port), context, parts, onBug });
  server.on('request', getRequestListener(app.fetch));
  const url = urlOf(host, port);
  return { url, link: `${url}#token=${token}`, port, token, close: () => closed(server) };
}

async function listenOn(server: Server, host: string, port: number | undefined): Promise<void> {
  if (port !== undefined) return listening(server, host, port);
  for (let next = FIRST_PORT; next < FIRST_PORT + TRIED_PORTS; next++) {
    try {
      return await listening(server, host, next);
    } catch (error) {
      if (!(error instanceof FoveaError && isTaken(error.cause))) throw error;
    }
  }
  return listening(server, host, 0);
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

/** Open connections are ended too: a tab that keeps one open holds nobody up. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
