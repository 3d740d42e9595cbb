import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tally.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    // The tally prints last: skipped tests with their reasons, then "N passed, N failed".
    reporters: ['default', new TallyReporter()],
  },
});
