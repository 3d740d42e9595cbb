/**
 * @file What drew a layer's first numbers: nothing to answers, kept where there is the same here, left out where not.
 */
import { isObject, type Json, type LayerConfig } from '../config.ts';

const DRAWN: Readonly<Record<string, (config: Json) => Json | undefined>> = {
  Zeros: () => ({ kind: 'zeros' }),
  Ones: () => ({ kind: 'ones' }),
  Constant: ({ value }) => (isNumber(value) ? { kind: 'constant', value } : undefined),
  RandomUniform: ({ minval: min, maxval: max }) =>
    isNumber(min) && isNumber(max) ? { kind: 'uniform', min, max } : undefined,
  RandomNormal: ({ mean, stddev }) => normal('normal', mean, stddev),
  TruncatedNormal: ({ mean, stddev }) => normal('truncatedNormal', mean, stddev),
  GlorotUniform: () => ({ kind: 'glorotUniform' }),
  GlorotNormal: () => ({ kind: 'glorotNormal' }),
  HeUniform: () => ({ kind: 'heUniform' }),
  HeNormal: () => ({ kind: 'heNormal' }),
  LecunUniform: () => ({ kind: 'lecunUniform' }),
  LecunNormal: () => ({ kind: 'lecunNormal' }),
  VarianceScaling: ({ scale, mode, distribution }) => {
    const shape = distribution === 'uniform' ? 'Uniform' : 'Normal';
    const family = FAMILIES[`${scale} ${mode}`];
    const isKnown = /^(uniform|truncated_normal|normal)$/.test(String(distribution));
    return family === undefined || !isKnown ? undefined : { kind: `${family}${shape}` };
  },
};

const FAMILIES: Readonly<Record<string, string>> = {
  '1 fan_avg': 'glorot',
  '2 fan_in': 'he',
  '1 fan_in': 'lecun',
};

const isNumber = (value: unknown): value is number => Number.isFinite(value);

function normal(kind: string, mean: unknown, stddev: unknown): Json | undefined {
  return isNumber(mean) && isNumber(stddev) && stddev >= 0 ? { kind, mean, stddev } : undefined;
}

/** Options of ours from Keras's, each by its name: { kernelInitializer: 'kernel_initializer' }. */
export function initializersOf(config: LayerConfig, keys: Readonly<Record<string, string>>): Json {
  const found = Object.entries(keys).flatMap(([own, key]) => {
    const value = config.value(key);
    if (!isObject(value)) return [];
    const read = DRAWN[String(value.class_name)];
    const drawn = read?.(isObject(value.config) ? value.config : {});
    return drawn === undefined ? [] : [[own, drawn]];
  });
  return Object.fromEntries(found);
}
