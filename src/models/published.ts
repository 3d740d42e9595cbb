/**
 * @file Which network of a paper a variant goes back to, and how texts have counted it: for accounts that set
 * the two side by side.
 */
import { advice, setting, UsageError } from '../base/errors.ts';
import type { Convention } from '../nn/accounting/conventions.ts';
import type { Versions } from '../nn/accounting/conventionTable.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { modelOf } from './index.ts';

const published: Readonly<Record<string, string>> = {
  alexnet: 'alexnet',
  'alexnet-single': 'alexnet',
  'alexnet-caffe': 'alexnet',
};

/** The model as its paper has it; the model itself where there is no paper. "modern" alone counts any model. */
export function accountsOf(spec: ModelSpec): Required<Versions> {
  const name = Object.hasOwn(published, spec.name) ? published[spec.name] : undefined;
  return name === undefined
    ? { own: spec, published: spec, conventions: ['modern'] }
    : {
        own: spec,
        published: name === spec.name ? spec : modelOf(name),
        conventions: ['text', 'paper', 'modern'],
      };
}

/** Refuses a convention that was never the model's: its numbers would mean nothing. */
export function requireConvention(spec: ModelSpec, convention: Convention): Required<Versions> {
  const accounts = accountsOf(spec);
  if (accounts.conventions?.includes(convention)) return accounts;
  throw new UsageError({
    option: 'convention',
    problem: `"${convention}" is how ${Object.keys(published).join(', ')} were counted, not ${spec.name}`,
    expected: advice`one of these models, or ${setting('convention', 'modern')}`,
    fix: `fovea summary ${spec.name} counts trainable and fixed parameters, connections (as the paper of 1998 does) and multiply-adds`,
  });
}
