import { describe, expect, it } from 'vitest';
import { optimizerFacts } from '../../nn/optimizers/index.ts';
import { scheduleFacts } from '../../nn/schedules.ts';
import { command } from '../commands/train.ts';
import { optimizerFlags, settingsHelp } from './optimizerOptions.ts';

describe('options that optimizers and schedules declare', () => {
  const train = command();
  const flags = new Map(train.options.map((option) => [option.attributeName(), option]));

  it('are flags of fovea train, each once', () => {
    for (const { options } of optimizerFacts) {
      for (const { name } of options) expect(flags.has(name), name).toBe(true);
    }
    expect(flags.size).toBe(train.options.length);
  });

  it('say which optimizers have them, where not all have', () => {
    const said = (name: string) => flags.get(name)?.description;
    expect(said('rho')).toMatch(/\(rmsprop\)$/);
    expect(said('beta1')).toMatch(/\(adam, adamw\)$/);
    expect(said('clipNorm')).not.toMatch(/\(/);
  });

  it('leave out what is there by hand', () => {
    const momentum = flags.get('momentum');
    if (momentum === undefined) throw new Error('no --momentum');
    const names = optimizerFlags([momentum]).map((option) => option.attributeName());
    expect(names).toContain('nesterov');
    expect(names).not.toContain('momentum');
  });

  it.each(['', 'x', 'NaN', 'Infinity'])('take numbers alone, not "%s"', (text) => {
    expect(() => flags.get('clipNorm')?.parseArg?.(text, undefined)).toThrow(
      /--clip-norm: received/,
    );
    expect(flags.get('clipNorm')?.parseArg?.('0.5', undefined)).toBe(0.5);
  });

  it('stand in the help with what holds unsaid, no line wider than 100', () => {
    const help = settingsHelp();
    for (const { kind, options } of [...optimizerFacts, ...scheduleFacts]) {
      expect(help).toContain(`  ${kind} `);
      for (const { name } of options) expect(help).toContain(`${name}=`);
    }
    expect(help).toContain('every=X (needed) factor=0.1 [warmup=X]');
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
