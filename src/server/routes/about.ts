/**
 * @file `/api/about`: that there is a server at all, which one, and whether the asking page may write.
 *
 * On a static host nobody answers here, and the page knows that it is on its own.
 */
import { Hono } from 'hono';
import { version } from '../../base/version.ts';
import { hasToken } from '../access.ts';
import type { LabContext } from './part.ts';

export function about({ token }: LabContext): Hono {
  return new Hono().get('/', (context) => {
    return context.json({ name: 'fovea lab', version, mayWrite: hasToken(context, token) });
  });
}
