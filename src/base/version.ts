/**
 * @file The version of this package, for `run.json` and `fovea --version`.
 *
 * Written down here, not read from package.json, so that a page knows it too; a test holds the two together.
 */

export const version = '0.1.0';
