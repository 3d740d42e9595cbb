/**
 * @file What each optimizer and schedule declares of itself, as options of the command line and as help.
 *
 * An option of any optimizer is a flag of its own (clipNorm: --clip-norm), or a setting beside the optimizer's
 * name (--optimizer adam,clipNorm=1). A new one reaches the command line by being declared.
 * Next stop: `nn/optimizers/index.ts`, `nn/schedules.ts`.
 */
import { Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { optimizerFacts } from '../../nn/optimizers/index.ts';
import type { OptionFacts } from '../../nn/optionFacts.ts';
import { scheduleFacts } from '../../nn/schedules.ts';
import { optionOf } from '../terminal/errorWords.ts';

/** Every option of some optimizer by its name, and the optimizers that have it. */
function optimizerSettings(): Map<string, { facts: OptionFacts; kinds: string[] }> {
  const settings = new Map<string, { facts: OptionFacts; kinds: string[] }>();
  for (const { kind, options } of optimizerFacts) {
    for (const facts of options) {
      const known = settings.get(facts.name) ?? { facts, kinds: [] };
      settings.set(facts.name, { ...known, kinds: [...known.kinds, kind] });
    }
  }
  return settings;
}

export const optimizerSettingNames = (): readonly string[] => [...optimizerSettings().keys()];

/** One flag for each option of an optimizer, but for those that `known` has already. */
export function optimizerFlags(known: readonly Option[]): Option[] {
  const isNew = ([name]: readonly [string, unknown]) =>
    known.every((option) => option.attributeName() !== name);
  return [...optimizerSettings()].filter(isNew).map(([name, { facts, kinds }]) => {
    const flag = optionOf({ setting: name });
    const { kind, choices = [], says } = facts;
    if (kind === 'boolean') return new Option(flag, ofKinds(says, kinds));
    const value = kind === 'choice' ? choices.join('|') : 'x';
    const option = new Option(`${flag} <${value}>`, ofKinds(says, kinds));
    return kind === 'choice' ? option : option.argParser((text) => numberOf(text, flag));
  });
}

/** "of a step", "share of the velocity that is kept (sgd)" */
function ofKinds(says: string, kinds: readonly string[]): string {
  return kinds.length === optimizerFacts.length ? says : `${says} (${kinds.join(', ')})`;
}

function numberOf(text: string, flag: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new UsageError({ where: flag, problem: `received "${text}"`, expected: 'a number' });
}

/** Two sections of help: every optimizer and every schedule with what it is set by and what holds unsaid. */
export function settingsHelp(): string {
  const [first, ...others] = optimizerFacts;
  const shared = (first?.options ?? []).filter(({ name }) =>
    others.every(({ options }) => options.some((other) => other.name === name)),
  );
  const own = (options: readonly OptionFacts[]) =>
    options.filter(
      ({ name }) => name === 'learningRate' || shared.every((other) => other.name !== name),
    );
  const optimizers = optimizerFacts.map(({ kind, options }) => line(kind, own(options)));
  const everyone = line(
    'each',
    shared.filter(({ name }) => name !== 'learningRate'),
  );
  const schedules = scheduleFacts.map(({ kind, options }) => line(kind, options));
  return [
    'Optimizers, as --optimizer NAME,setting=value (or a flag), with what holds unsaid:',
    ...optimizers,
    everyone,
    '',
    'Schedules, as --schedule NAME,setting=value (cosine lasts all epochs where no duration is said):',
    ...schedules,
  ].join('\n');
}

function line(name: string, options: readonly OptionFacts[]): string {
  const words = options.map(({ name: option, kind, choices, default: unsaid, required }) => {
    if (unsaid !== undefined) return `${option}=${unsaid}`;
    const value =
      kind === 'choice' ? (choices ?? []).join('|') : kind === 'numbers' ? 'X/Y/...' : 'X';
    return required ? `${option}=${value} (needed)` : `[${option}=${value}]`;
  });
  return hanging(`  ${name.padEnd(20)}`, words);
}

/** Words behind a name, in lines of at most 100 columns. */
function hanging(head: string, words: readonly string[]): string {
  const lines: string[] = [];
  let last = head;
  for (const word of words) {
    if (last.length + 1 + word.length <= 100) last += ` ${word}`;
    else {
      lines.push(last);
      last = `${' '.repeat(head.length)} ${word}`;
    }
  }
  return [...lines, last].join('\n');
}
