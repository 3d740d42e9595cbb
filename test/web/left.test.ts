/** @file Names what `npm test` leaves to `npm run test:web`: all tests in browsers but a sample. */
import { readdirSync } from 'node:fs';
import { describe } from 'vitest';
import { skipped } from '../support/doors.ts';

describe('in browsers', () => {
  for (const file of readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })) {
    if (file.includes('/') && file.endsWith('.test.ts'))
      skipped(file, 'FOVEA_WEB is not set (npm run test:web)');
  }
});
