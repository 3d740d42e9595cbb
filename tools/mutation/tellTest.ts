/**
 * @file A set-up file of Vitest while parts are counted: tells `hits.ts` which test runs.
 */
import { relative } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type {} from './hits.ts';

const file = relative(process.cwd(), expect.getState().testPath ?? '');
const tell = (id: string) => globalThis.foveaTest?.(`${file}\t${id}`);

tell('');
beforeEach(({ task }) => tell(task.id));
afterEach(() => tell(''));
