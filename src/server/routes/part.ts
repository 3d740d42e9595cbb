/**
 * @file What a part of the lab's server is made of and made for. The table of parts is `index.ts`.
 */
import type { Hono } from 'hono';

export interface LabContext {
  /** Where `fovea lab` was started: `runs/` is looked for here. */
  readonly folder: string;
  /** Whoever has it may write. */
  readonly token: string;
}

export interface Part {
  readonly routes: (context: LabContext) => Hono;
  /** Bytes that a request may bring along. */
  readonly mostBody: number;
}
