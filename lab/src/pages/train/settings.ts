/**
 * @file What is trained, as the address says it: the model, the data, and one network or two that differ.
 *
 * Both networks of a comparison have the same data, seed, batches and epochs; each has its own activation,
 * pooling, dropout, optimizer and rate. Next stop: `variation.ts`, which makes specs of them.
 */
import {
  choice,
  type Fields,
  flag,
  readFields,
  real,
  type ValuesOf,
  whole,
  words,
} from '../../frame/state/fields.ts';

/** Offered by name; the address may hold any model in words. */
export const models = ['lenet5', 'cifar-quick', 'lenet5-1998'] as const;
export const activations = [
  'own',
  'relu',
  'tanh',
  'sigmoid',
  'scaledTanh',
  'leakyRelu',
  'elu',
] as const;
export const poolings = ['own', 'max', 'average', 'min'] as const;
export const optimizers = ['adam', 'adamw', 'sgd', 'rmsprop'] as const;

/** What `data` says where the pictures are one's own. */
export const OWN = 'own';

export const MOST_EPOCHS = 200;
export const MOST_BATCH = 1024;
const RATES = { from: 1e-6, to: 10 };

/** "own" leaves a model as its file has it. The fields that end in 2 are the second network's. */
const own = {
  model: words('lenet5', 4000),
  data: words('digits', 60),
  epochs: whole(3, { from: 1, to: MOST_EPOCHS }),
  batch: whole(128, { from: 1, to: MOST_BATCH }),
  seed: whole(1, { from: 0, to: 2 ** 31 }),
  two: flag(false),
  /** Whether the run is kept in this browser. */
  keep: flag(true),
  /** A run that is kept, to go on with: then its own files say all but `until`. */
  run: words('', 80),
  /** How many epochs it is to have in the end; 0: as many as it was to have. */
  until: whole(0, { from: 0, to: MOST_EPOCHS }),
  activation: choice('own', activations),
  pooling: choice('own', poolings),
  dropout: real(0, { from: 0, to: 0.9 }),
  optimizer: choice('adam', optimizers),
  rate: real(0.003, RATES),
  activation2: choice('own', activations),
  pooling2: choice('own', poolings),
  dropout2: real(0, { from: 0, to: 0.9 }),
  optimizer2: choice('adam', optimizers),
  rate2: real(0.003, RATES),
} as const;

export type TrainSettings = {
  -readonly [K in keyof ValuesOf<typeof own>]: ValuesOf<typeof own>[K];
};
export const trainFields: Fields<TrainSettings> = own;
export const defaults: TrainSettings = readFields(trainFields, new URLSearchParams());

/** What is one network's own. */
export interface SideSettings {
  readonly activation: (typeof activations)[number];
  readonly pooling: (typeof poolings)[number];
  readonly dropout: number;
  readonly optimizer: (typeof optimizers)[number];
  readonly rate: number;
}

export function sidesOf(settings: TrainSettings): readonly SideSettings[] {
  const { activation, pooling, dropout, optimizer, rate, two } = settings;
  const first = { activation, pooling, dropout, optimizer, rate };
  if (!two) return [first];
  const second = {
    activation: settings.activation2,
    pooling: settings.pooling2,
    dropout: settings.dropout2,
    optimizer: settings.optimizer2,
    rate: settings.rate2,
  };
  return [first, second];
}

/** Two networks from one seed that differ in one thing. */
export interface Preset {
  readonly title: string;
  readonly changes: Partial<TrainSettings>;
}

const alike = {
  two: true,
  activation: 'own',
  activation2: 'own',
  pooling: 'own',
  pooling2: 'own',
  dropout: 0,
  dropout2: 0,
} as const;

export const presets: readonly Preset[] = [
  { title: 'ReLU against tanh', changes: { ...alike, activation: 'relu', activation2: 'tanh' } },
  { title: 'Max against average', changes: { ...alike, pooling: 'max', pooling2: 'average' } },
  { title: 'With and without dropout', changes: { ...alike, dropout: 0.5 } },
  {
    title: 'Adam against SGD',
    changes: { ...alike, optimizer: 'adam', optimizer2: 'sgd', rate2: 0.1 },
  },
];

const activationWords: Readonly<Record<SideSettings['activation'], string>> = {
  own: 'its own activation',
  relu: 'ReLU',
  tanh: 'tanh',
  sigmoid: 'logistic',
  scaledTanh: 'scaled tanh',
  leakyRelu: 'leaky ReLU',
  elu: 'ELU',
};
const optimizerWords: Readonly<Record<SideSettings['optimizer'], string>> = {
  adam: 'Adam',
  adamw: 'AdamW',
  sgd: 'SGD',
  rmsprop: 'RMSprop',
};

export const activationInWords = (name: SideSettings['activation']): string =>
  activationWords[name];
export const optimizerInWords = (name: SideSettings['optimizer']): string => optimizerWords[name];
export const poolingInWords = (name: SideSettings['pooling']): string =>
  name === 'own' ? 'its own pooling' : `${name} pooling`;

/** How one network is told from the other: by what differs, and by letters where nothing does. */
export function labelsOf(settings: TrainSettings): readonly string[] {
  const sides = sidesOf(settings);
  const [a, b] = sides;
  if (a === undefined || b === undefined) return sides.map(() => '');
  const parts = (side: SideSettings): string[] => [
    ...(a.activation === b.activation ? [] : [activationInWords(side.activation)]),
    ...(a.pooling === b.pooling ? [] : [poolingInWords(side.pooling)]),
    ...(a.dropout === b.dropout
      ? []
      : [side.dropout === 0 ? 'no dropout' : `dropout ${side.dropout}`]),
    ...(a.optimizer === b.optimizer ? [] : [optimizerInWords(side.optimizer)]),
    ...(a.rate === b.rate ? [] : [`rate ${side.rate}`]),
  ];
  const labels = sides.map((side) => parts(side).join(', '));
  return labels[0] === '' ? ['A', 'B (the same settings)'] : labels;
}

/** Whether a run with these settings is another run. */
export function sameRun(a: TrainSettings, b: TrainSettings): boolean {
  if (a.run !== '') return a.run === b.run && a.until === b.until;
  const keys = Object.keys(trainFields) as (keyof TrainSettings)[];
  const counts = (key: string) => a.two || !key.endsWith('2');
  return keys.every((key) => !counts(key) || a[key] === b[key]);
}
