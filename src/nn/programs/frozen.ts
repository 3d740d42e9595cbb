/**
 * @file A model some of whose layers are not trained: the same spec, with `trainable: false` at those.
 *
 * Frozen parameters have no gradient and no slots of the optimizer; the rest of a step is as it was. Next stop:
 * `network.ts`.
 */
import { FoveaError, unknownName } from '../../base/errors.ts';
import { parametersOf } from '../network.ts';
import type { LayerSpec, ModelSpec } from '../spec.ts';

/** Throws where a name is no layer's, and where nothing is left to be trained. */
export function withFrozen(spec: ModelSpec, names: readonly string[] = []): ModelSpec {
  const known = spec.layers.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw unknownName('layer to freeze', stranger, known);
  const ownerOf = ({ name, shares = name }: LayerSpec): string => shares;
  // One of several layers that share parameters freezes them for all.
  const owners = new Set(spec.layers.filter(({ name }) => names.includes(name)).map(ownerOf));
  const frozen =
    names.length === 0
      ? spec
      : {
          ...spec,
          layers: spec.layers.map((layer) =>
            owners.has(ownerOf(layer)) ? { ...layer, trainable: false as const } : layer,
          ),
        };
  const parameters = parametersOf(frozen);
  if (parameters.length === 0 || parameters.some(({ trainable }) => trainable)) return frozen;
  throw new FoveaError({
    problem: `no layer of ${spec.name} is left to be trained`,
    expected: 'one layer with parameters at least that is not frozen',
    fix: 'leave the last layer out of freeze, or its "trainable: false" out of the model',
  });
}
