/**
 * @file The version of this package, for `run.json` and `fovea --version`.
 */
import { createRequire } from 'node:module';

// The same number of folders up from src/runs and from dist/runs.
const manifest = createRequire(import.meta.url)('../../package.json') as { version: string };

export const version: string = manifest.version;
