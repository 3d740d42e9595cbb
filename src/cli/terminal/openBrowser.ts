/**
 * @file Opens an address in the browser of the system; false where there is none.
 */
import { spawn } from 'node:child_process';

/** Without a shell: an address holds signs that one would read. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

export function openBrowser(address: string): Promise<boolean> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(false));
    // An opener that finds a browser may stay for as long as that runs.
    child.on('exit', (code) => resolve(code === 0));
    setTimeout(() => resolve(true), 2_000).unref();
    child.unref();
  });
}
