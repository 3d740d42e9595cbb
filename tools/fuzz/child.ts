/**
 * @file The process that runs cases and may crash, hang or eat memory: `../fuzz.ts` watches it.
 *
 * Says before each case which it is, so that the watcher knows what it died of.
 */
import { runCase } from './cases.ts';
import { openTargets } from './targets.ts';

export interface Report {
  readonly target: string;
  readonly number: number;
  /** Of a finding: what was thrown, or how much memory was taken. */
  readonly finding?: string;
}

const MOST_MEGABYTES = 512;

const [first = 0, seconds = 0] = process.argv.slice(2).map(Number);
const { targets, close } = await openTargets();
const tell = (report: Report) => process.send?.(report);
const megabytes = () => process.resourceUsage().maxRSS / 1024;
const end = performance.now() + 1000 * seconds;
const base = megabytes();
let highest = base;

for (let number = first; performance.now() < end; number++) {
  for (const [target, reader] of Object.entries(targets)) {
    tell({ target, number });
    const thrown = await runCase(target, reader, number);
    if (thrown !== undefined) {
      const finding = thrown instanceof Error ? String(thrown.stack) : String(thrown);
      tell({ target, number, finding });
    }
    const now = megabytes();
    if (now > Math.max(highest, base + MOST_MEGABYTES)) {
      tell({ target, number, finding: `${Math.round(now - base)} MB` });
      highest = now;
    }
  }
}
close();
process.disconnect?.();
