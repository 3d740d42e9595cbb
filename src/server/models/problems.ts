/**
 * @file What a request is refused with: a status, and words in the form that its protocol has for them.
 *
 * `application/problem+json` (RFC 9457), and { error } under /v2, as the Open Inference Protocol wants it.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { describe, type ErrorParts } from '../../base/errors.ts';

const TITLES = {
  400: 'Bad request',
  401: 'Not authorised',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'The request took too long to arrive',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Not this server',
  422: 'This cannot be answered',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available',
} as const satisfies Partial<Record<ContentfulStatusCode, string>>;

export type ProblemStatus = keyof typeof TITLES;

/** Thrown where a request is handled; answered by `answerProblem`. */
export class HttpProblem extends Error {
  readonly status: ProblemStatus;
  readonly parts: ErrorParts;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ProblemStatus,
    parts: ErrorParts | string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const p = typeof parts === 'string' ? { problem: parts } : parts;
    super(describe(p));
    this.name = 'HttpProblem';
    this.status = status;
    this.parts = p;
    this.headers = headers;
  }
}

export function answerProblem(c: Context, { status, message, headers }: HttpProblem): Response {
  const lines = message.split('\n').map((line) => line.trim());
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  if (c.req.path.startsWith('/v2')) return c.json({ error: lines.join('; ') }, status);
  const body = { type: 'about:blank', title: TITLES[status], status, detail: lines.join('; ') };
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' });
}
