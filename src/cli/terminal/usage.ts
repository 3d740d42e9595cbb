/**
 * @file What commander refuses, in the house's manner: what was received, what was expected, how to mend it.
 *
 * Next stop: `../commandLine.ts`.
 */
import type { CommanderError } from 'commander';
import { UsageError } from '../../base/errors.ts';

const EXPECTED: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'an option that the command has',
  'commander.missingArgument': 'all arguments of the command',
  'commander.optionMissingArgument': 'a value after the option',
  'commander.missingMandatoryOptionValue': 'the option, which has no default',
  'commander.excessArguments': 'the arguments of the command and no more',
  'commander.conflictingOption': 'one of the two',
  'commander.invalidArgument': 'one of the values that help lists',
  'commander.unknownCommand': 'a command that there is',
};

/** `command`: what was typed after fovea, for the hint. */
export function usageErrorOf({ code, message }: CommanderError, command: string): UsageError {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n');
  const near = /\(Did you mean (.*)\?\)/.exec(more.join(' '))?.[1];
  const [problem = '', choices] = first.split(/ Allowed choices are /);
  return new UsageError({
    problem: problem.replace(/\.$/, ''),
    expected: choices?.replace(/\.$/, '') ?? EXPECTED[code] ?? 'what help lists',
    fix:
      near === undefined
        ? `fovea ${command === '' ? '' : `${command} `}--help lists all of it, with examples`
        : `did you mean ${near}?`,
  });
}
