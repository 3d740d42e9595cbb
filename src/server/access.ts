/**
 * @file Who is answered: our own page under our own name; with the token where something is written.
 *
 * Three questions in this order: is the host ours (`hosts.ts`), is the method one that is known, and, for
 * `/api/`, does the request come from our own page, and does it have the token if it is not a mere question.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { version } from '../base/version.ts';
import { securityHeaders } from './headers.ts';

/** The header that carries the token. A cookie would be sent to every port of this host; a header is not. */
export const TOKEN_HEADER = 'x-fovea-token';

/** By this the page knows that a lab's server serves it, and no static host. */
export const LAB_HEADER = 'x-fovea-lab';

const QUESTIONS = new Set(['GET', 'HEAD']);
const METHODS = new Set([...QUESTIONS, 'POST', 'PUT', 'DELETE']);

/** An answer that says what is wrong, as every error of the server does. */
export interface Refusal {
  readonly problem: string;
  readonly expected?: string;
  readonly fix?: string;
}

export const addHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  context.res.headers.set(LAB_HEADER, version);
  for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value);
};

export function onlyOwnHost(hosts: ReadonlySet<string>): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host')?.toLowerCase() ?? '';
    if (hosts.has(host)) return next();
    const refusal = {
      problem: `this server is not "${host.slice(0, 100)}"`,
      expected: `a request to ${[...hosts].join(' or ')}`,
    };
    return refuse(context, 421, refusal);
  };
}

export const onlyKnownMethods: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  if (METHODS.has(method)) return next();
  return refuse(context, 405, { problem: `${method.slice(0, 20)} is no method of this server` });
};

/** For the files of the page: they are asked for and never written. */
export const onlyQuestions: MiddlewareHandler = async (context, next) => {
  if (isQuestion(context)) return next();
  context.header('allow', 'GET, HEAD');
  return refuse(context, 405, { problem: 'files are only read here', expected: 'GET or HEAD' });
};

export function onlyOwnPage(hosts: ReadonlySet<string>): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('origin');
    const site = context.req.header('sec-fetch-site') ?? 'same-origin';
    const isOwn = origin === undefined || hosts.has(origin.toLowerCase().replace(/^http:\/\//, ''));
    if (isOwn && (site === 'same-origin' || site === 'none')) return next();
    const problem = 'another page asked';
    return refuse(context, 403, { problem, expected: 'requests from the lab itself' });
  };
}

export function onlyWithToken(token: string): MiddlewareHandler {
  return async (context, next) => {
    if (isQuestion(context) || hasToken(context, token)) return next();
    const refusal = {
      problem: 'this needs the token of the server that runs now',
      fix: 'open the link that `fovea lab` printed',
    };
    return refuse(context, 401, refusal);
  };
}

/** Compared in the same time whatever is right of it. */
export function hasToken(context: Context, token: string): boolean {
  const given = Buffer.from(context.req.header(TOKEN_HEADER) ?? '');
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const isQuestion = (context: Context): boolean => QUESTIONS.has(context.req.method);

export function refuse(
  context: Context,
  status: 400 | 401 | 403 | 404 | 405 | 413 | 421 | 500,
  refusal: Refusal,
): Response {
  return context.json(refusal, status);
}
