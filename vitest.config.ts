import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tally.ts';

const LEFT = 'test/web/left.test.ts';

// Processes and worker threads that tests start load the sources by themselves: compiled once for all of them.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('node_modules/.cache/node', import.meta.url),
);

export default defineConfig({
  resolve: { alias: { 'fovea/web': fileURLToPath(new URL('src/web.ts', import.meta.url)) } },
  test: {
    include: ['src/**/*.test.ts', 'lab/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    // `npm run test:web` takes all that runs in browsers; without it they are named as left out.
    exclude: [...configDefaults.exclude, process.env.FOVEA_WEB ? LEFT : 'test/web/*/**'],
    pool: 'forks',
    // Files of one worker share their modules: to load them anew for each file takes a third of the time. What a test
    // changes outside of itself it therefore puts back.
    isolate: false,
    unstubGlobals: true,
    // Every core: by itself vitest leaves one free, which on two cores is half of the machine.
    maxWorkers: '100%',
    // Nobody waits so long for what is right; a busy machine may.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A busy machine shows a page late; what is right is seen at once all the same.
    expect: { poll: { timeout: 60_000 } },
    // The tally prints last: skipped tests with their reasons, then "N passed, N failed".
    reporters: ['default', new TallyReporter()],
  },
});
