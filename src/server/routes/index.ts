/**
 * @file What the lab's server knows beside files: one line per part, answered under `/api/NAME/`.
 *
 * A part is a small hono app made for the folder that `fovea lab` was started in. Reading is open to the lab's
 * own page; whatever is not GET or HEAD has shown the token before it gets here (`access.ts`). A FoveaError
 * that a route throws is answered as 400 with its words.
 */
import { about } from './about.ts';
import { data } from './data.ts';
import type { Part } from './part.ts';
import { runs } from './runs.ts';

export const parts: Readonly<Record<string, Part>> = {
  about: { routes: about, mostBody: 0 },
  data: { routes: data, mostBody: 0 },
  runs: { routes: runs, mostBody: 0 },
};
