/**
 * @file What the classes of a model that came from elsewhere are called.
 *
 * Files that name no classes give numbers. Data of as many classes name them; whether they mean the same, accuracy tells.
 */
import { isImported, type RunRecord } from './runRecord.ts';

/** The names that data give to classes that have numbers alone, where they are as many; else those given. */
export function namesFrom(
  classes: readonly string[],
  ofData: readonly string[],
): readonly string[] {
  const isNumbered = classes.every((name, i) => name === String(i));
  return isNumbered && classes.length === ofData.length ? ofData : classes;
}

/** What a run's classes are called beside such data: one that was trained here has names, if only "0" to "9". */
export function namesOfRun(
  record: RunRecord | undefined,
  classes: readonly string[],
  ofData: readonly string[],
): readonly string[] {
  return record !== undefined && isImported(record) ? namesFrom(classes, ofData) : classes;
}
