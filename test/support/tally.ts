/**
 * @file A vitest reporter that ends a run with what was skipped and why, then one line of counts.
 *
 *   skipped, FOVEA_GOLDEN is not set:
 *     test/golden/ops.test.ts > golden ops
 *   41 passed, 0 failed, 1 skipped
 *
 * The last line is what `.ci/run` repeats. Reasons come from `doors.ts`.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const NAMES_PER_REASON = 25;

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Names of the skipped tests by the reason they gave. */
  readonly skipped: ReadonlyMap<string, readonly string[]>;
}

export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    process.stdout.write(`${formatTally(tallyOf(modules, unhandled.length))}\n`);
  }
}

/** A module that does not load and an error outside of any test count as one failure each. */
export function tallyOf(modules: readonly TestModule[], unhandledErrors = 0): Tally {
  let passed = 0;
  let failed = unhandledErrors;
  const skipped = new Map<string, string[]>();
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed++;
      else if (state === 'failed') failed++;
      else if (state === 'skipped') {
        const reason = reasonOf(test);
        const names = skipped.get(reason) ?? [];
        names.push(`${module.relativeModuleId} > ${test.fullName}`);
        skipped.set(reason, names);
      }
    }
  }
  return { passed, failed, skipped };
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' ? result.note : undefined) ?? 'no reason given';
}

export function formatTally({ passed, failed, skipped }: Tally): string {
  const lines: string[] = [];
  let total = 0;
  for (const [reason, names] of skipped) {
    total += names.length;
    lines.push(`skipped, ${reason}:`);
    lines.push(...names.slice(0, NAMES_PER_REASON).map((name) => `  ${name}`));
    if (names.length > NAMES_PER_REASON) {
      lines.push(`  and ${names.length - NAMES_PER_REASON} more`);
    }
  }
  lines.push(`${passed} passed, ${failed} failed${total > 0 ? `, ${total} skipped` : ''}`);
  return lines.join('\n');
}
