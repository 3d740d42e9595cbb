/**
 * @file `npm run audit`: known holes in the packages that Fovea brings along, as the registry lists them.
 *
 * Fails where one is listed. A registry that does not answer says nothing about the packages: that is printed,
 * and is no failure.
 */
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 60_000,
});
const total = totalOf(stdout ?? '');
if (total === undefined) {
  console.log('audit: NOT CHECKED, the registry gives no answer');
} else {
  console.log(`audit: ${total} known holes in the packages that are shipped`);
  if (total > 0) {
    console.log(stdout);
    process.exitCode = 1;
  }
}

function totalOf(text: string): number | undefined {
  try {
    return JSON.parse(text).metadata.vulnerabilities.total;
  } catch {
    return undefined;
  }
}
