/**
 * @file Who is answered by a model server: under its own names, from its own page or none, with the token if there is
 * one, and as many at a time as it can hold.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { HttpProblem } from './problems.ts';

/** A page elsewhere may give its own name this machine's address: it is known by the name it asks for. */
export function onlyNamedHosts(hosts: ReadonlySet<string>): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host')?.toLowerCase() ?? '';
    const name = host.replace(/:\d+$/, '');
    if (hosts.has(host) || hosts.has(name) || hosts.has('*')) return next();
    throw new HttpProblem(421, {
      problem: `this server is not "${host.slice(0, 100)}"`,
      // Not which they are: whoever asks so is told nothing of this machine.
      expected: 'a request to its own address, or to a name that it was started with',
      fix: 'start the server with --allow-host NAME to let it answer under another name',
    });
  };
}

/** Other pages may ask only where they were named; then the browser is told so. */
export function onlyKnownOrigins(
  hosts: ReadonlySet<string>,
  origins: ReadonlySet<string>,
): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin');
    if (origin === undefined) return next();
    const name = origin.toLowerCase().replace(/^https?:\/\//, '');
    // Its own page, under whichever of its names that was asked for.
    const isOwn = hosts.has(name) || name === c.req.header('host')?.toLowerCase();
    const isKnown = origins.has(origin) || origins.has('*');
    if (!isOwn && !isKnown) {
      throw new HttpProblem(403, {
        problem: `a page of ${origin.slice(0, 100)} asked`,
        expected: "requests of this server's own page, or of no page",
        fix: 'start the server with --allow-origin ORIGIN',
      });
    }
    if (isKnown) {
      c.header('access-control-allow-origin', origin);
      c.header('vary', 'origin');
    }
    if (c.req.method !== 'OPTIONS') return next();
    c.header('access-control-allow-methods', 'GET, POST');
    c.header(
      'access-control-allow-headers',
      'authorization, content-type, inference-header-content-length',
    );
    return c.body(null, 204);
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `Authorization: Bearer TOKEN`, compared in the same time whatever is right of it. */
export function onlyWithBearer(token: string): MiddlewareHandler {
  const wanted = digest(token);
  return async (c, next) => {
    const [, given = ''] = /^Bearer +(.*)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (timingSafeEqual(digest(given), wanted)) return next();
    const parts = {
      problem: 'this server answers with a token alone',
      expected: 'Authorization: Bearer TOKEN',
    };
    throw new HttpProblem(401, parts, { 'www-authenticate': 'Bearer realm="fovea"' });
  };
}
