/**
 * @file Small parts of a Keras config, in the words of Keras 3 or of Keras 2 (which TensorFlow.js has too).
 */
import type { InitializerSpec } from '../../../nn/initializers.ts';
import type { Json } from '../config.ts';

/** Whose words: Keras 3 in .keras, Keras 2 in .h5, TensorFlow.js in model.json. */
export type Dialect = 'keras3' | 'keras2' | 'tfjs';

/** A thing of a class, as it is serialised. */
export function thing(dialect: Dialect, module: string, className: string, config: Json): Json {
  if (dialect !== 'keras3') return { class_name: className, config };
  return { module, class_name: className, config, registered_name: null };
}

export function precision(dialect: Dialect): unknown {
  return dialect === 'keras3'
    ? thing(dialect, 'keras', 'DTypePolicy', { name: 'float32' })
    : 'float32';
}

const VARIANCE: Readonly<Record<string, readonly [number, string, string]>> = {
  glorotUniform: [1, 'fan_avg', 'uniform'],
  glorotNormal: [1, 'fan_avg', 'truncated_normal'],
  heUniform: [2, 'fan_in', 'uniform'],
  heNormal: [2, 'fan_in', 'truncated_normal'],
  lecunUniform: [1, 'fan_in', 'uniform'],
  lecunNormal: [1, 'fan_in', 'truncated_normal'],
};

/** What drew the first weights; the 1998 one and given values, which Keras has not, are left to its default. */
export function initializer(dialect: Dialect, spec: unknown, unsaid = 'glorotUniform'): Json {
  const given = spec as InitializerSpec | undefined;
  const of = (name: string, config: Json) => thing(dialect, 'keras.initializers', name, config);
  switch (given?.kind) {
    case 'zeros':
      return of('Zeros', {});
    case 'ones':
      return of('Ones', {});
    case 'constant':
      return of('Constant', { value: given.value });
    case 'uniform':
      return of('RandomUniform', { minval: given.min, maxval: given.max, seed: null });
    case 'normal':
    case 'truncatedNormal': {
      const name = given.kind === 'normal' ? 'RandomNormal' : 'TruncatedNormal';
      return of(name, { mean: given.mean, stddev: given.stddev, seed: null });
    }
    default: {
      const kind = given?.kind ?? unsaid;
      const name = Object.hasOwn(VARIANCE, kind) ? kind : 'glorotUniform';
      const [scale, mode, distribution] = VARIANCE[name] ?? [];
      // TensorFlow.js has no class of that name from Keras; the general one all three have.
      if (dialect === 'tfjs')
        return of('VarianceScaling', { scale, mode, distribution, seed: null });
      return of(`${name[0]?.toUpperCase()}${name.slice(1)}`, { seed: null });
    }
  }
}

/** The penalty l2 * sum(w^2); none is null. */
export function penalty(dialect: Dialect, l2: unknown): Json | null {
  if (typeof l2 !== 'number' || l2 === 0) return null;
  return dialect === 'tfjs'
    ? thing(dialect, 'keras.regularizers', 'L1L2', { l1: 0, l2 })
    : thing(dialect, 'keras.regularizers', 'L2', { l2 });
}
