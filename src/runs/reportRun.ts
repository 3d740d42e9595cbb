/**
 * @file What a report on a saved run holds, from its folder and one evaluation of it: `fovea report`.
 *
 * Next stop: `report/contents.ts`, then `report/page.ts`.
 */
import type { ReadableRun } from '../records/comparedRuns.ts';
import { contentsOf, MISTAKES, type ReportContents } from '../report/contents.ts';
import { type RebuiltContents, rebuiltContents } from '../report/rebuiltContents.ts';
import { evaluateTested } from './evaluateRun.ts';
import { scoreTested } from './scoreRun.ts';
import { type TestRequest, withTestedRun } from './testedRun.ts';

/** Of an auto-encoder, what it gives back instead. */
export function gatherRebuilt(run: ReadableRun, request: TestRequest): Promise<RebuiltContents> {
  return withTestedRun({ ...request, rebuilds: true }, async (tested) => {
    const { metrics } = await scoreTested(tested);
    return rebuiltContents({ ...tested, run, metrics });
  });
}

export function gatherReport(run: ReadableRun, request: TestRequest): Promise<ReportContents> {
  return withTestedRun(request, async (tested) => {
    const measured = await evaluateTested(tested, { mistakes: MISTAKES });
    return contentsOf({ ...tested, run, measured });
  });
}
