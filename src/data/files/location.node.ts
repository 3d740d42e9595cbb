/**
 * @file Where data sets live on this machine: $FOVEA_DATA, or a folder in the user's cache.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder with one folder per data set. */
export function dataFolder(given?: string): string {
  if (given !== undefined && given !== '') return given;
  const { FOVEA_DATA } = process.env;
  if (FOVEA_DATA !== undefined && FOVEA_DATA !== '') return FOVEA_DATA;
  return join(cacheFolder(), 'fovea');
}

/** The place each system gives to files that can be fetched again. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  return XDG_CACHE_HOME || join(homedir(), '.cache');
}
