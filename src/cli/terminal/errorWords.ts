/**
 * @file Errors as the command line says them: where the library names a setting, its option stands.
 */
import { describe, type FoveaError, type Setting } from '../../base/errors.ts';

/** Settings whose option has another name. */
const RENAMED: Readonly<Record<string, string>> = { folder: '--out' };
/** Settings that an option turns off. */
const TURNED_OFF: ReadonlySet<string> = new Set(['winograd', 'revectorize']);

/** batchSize -> "--batch-size"; threads: 1 -> "--threads 1"; winograd: off -> "--no-winograd" */
export function optionOf({ setting, value }: Setting): string {
  const renamed = RENAMED[setting];
  if (renamed !== undefined) return `${setting} (${renamed})`;
  const name = setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === 'off' && TURNED_OFF.has(setting)) return `--no-${name}`;
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

export function errorWords({ parts }: FoveaError): string {
  return describe(parts, optionOf);
}
