/**
 * @file The names under which the lab's server answers, and no others.
 *
 * A page elsewhere may give its own name the address 127.0.0.1 (DNS rebinding); its requests then reach this
 * server, but under that name. So the name in `Host` must be ours, and `Origin`, where there is one, too.
 */
import os from 'node:os';

/** "127.0.0.1:8128", "localhost:8128", ... for a server that listens on `host`. */
export function ownHosts(host: string, port: number): ReadonlySet<string> {
  return new Set(namesOf(host).flatMap((name) => withPort(bracketed(name), port)));
}

/** Browsers leave the port of http out. */
const withPort = (name: string, port: number): string[] =>
  port === 80 ? [name, `${name}:80`] : [`${name}:${port}`];

function namesOf(host: string): string[] {
  const plain = host.toLowerCase();
  if (isLoopback(plain)) return ['127.0.0.1', 'localhost', '::1', plain];
  if (!isEverywhere(plain)) return [plain];
  const addresses = Object.values(os.networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map(({ address }) => address.toLowerCase()),
  );
  return ['127.0.0.1', 'localhost', '::1', os.hostname().toLowerCase(), ...addresses];
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Listens on every address of the machine. */
export const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The address of a server in a link. */
export function urlOf(host: string, port: number): string {
  const name = isEverywhere(host) ? '127.0.0.1' : host;
  return `http://${bracketed(name)}${port === 80 ? '' : `:${port}`}/`;
}

const bracketed = (name: string): string => (name.includes(':') ? `[${name}]` : name);
