/**
 * @file What must not compile: `npm run types` fails where one of these lines is no error any more.
 */
import { loadDataset, modelOf, openDataset, openSession } from '../../src/index.ts';

/** Never called: its types are the test. */
export async function names(given: string): Promise<void> {
  const imageShape = [28, 28, 1] as const;
  await loadDataset('mnist');
  await loadDataset(given);
  // @ts-expect-error a data set that is none
  await loadDataset('minst');
  modelOf('lenet5-1998', { j: 2 });
  modelOf(given);
  // @ts-expect-error a model that is none
  modelOf('lenet');
  await openDataset('folder:pictures,test=held-out', { imageShape });
  await openDataset('digits', { imageShape });
  // @ts-expect-error a place of an unknown kind
  await openDataset('floder:pictures', { imageShape });
  await openSession({ backend: 'wasm' });
  // @ts-expect-error a backend that is none
  await openSession({ backend: 'wasmm' });
}
