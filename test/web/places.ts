/** @file Where this machine's browsers are. */
import { existsSync } from 'node:fs';

const PLACES = {
  FOVEA_CHROMIUM: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  FOVEA_FIREFOX: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
} as const;

/** Path of the browser: as the variable says, or where Debian puts it. */
export function browserPath(variable: keyof typeof PLACES): string | undefined {
  const said = process.env[variable];
  if (said === undefined || said === '') return PLACES[variable].find((path) => existsSync(path));
  if (existsSync(said)) return said;
  throw new Error(`${variable} is "${said}", which is not there`);
}
