/** @file Names what `npm test` leaves to `npm run test:web`: the files that use the pages of the lab in Chromium. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'vitest';
import { skipped } from '../support/doors.ts';

describe('pages in Chromium', () => {
  for (const file of readdirSync(path.join(import.meta.dirname, 'pages'))) {
    skipped(file, 'FOVEA_WEB is not set (npm run test:web)');
  }
});
