/**
 * @file Which network of a paper a variant goes back to, for accounts that set the two side by side.
 */
import type { ModelSpec } from '../nn/spec.ts';
import { modelOf } from './index.ts';

const published: Readonly<Record<string, string>> = {
  'alexnet-single': 'alexnet',
  'alexnet-caffe': 'alexnet',
};

/** The model as its paper has it; the model itself where it is that, or where there is no paper. */
export function publishedVersionOf(spec: ModelSpec): ModelSpec {
  const name = published[spec.name];
  return name === undefined ? spec : modelOf(name);
}
