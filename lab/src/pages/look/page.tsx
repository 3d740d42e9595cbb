/**
 * @file Look: draw a digit and see what every layer of a network makes of it. Drawing, network and the number that
 * is looked at are in the address.
 */
import './look.css';
import {
  decodePicture,
  type Picture,
  type PicturesOf,
  type Stroke,
  strokesPicture,
} from 'fovea/web';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { HeatMap } from '../../figures/heatMap.tsx';
import { formatShare } from '../../figures/numbers.ts';
import { Button } from '../../frame/controls/button.tsx';
import { Select } from '../../frame/controls/select.tsx';
import { Slider } from '../../frame/controls/slider.tsx';
import { Note } from '../../frame/problem.tsx';
import { asText, whole, words } from '../../frame/state/fields.ts';
import { useFields } from '../../frame/state/hooks.ts';
import { Answers, Codes } from './answers.tsx';
import type { Eye, EyeState, Sight } from './eye.ts';
import { readInk, writeInk } from './ink.ts';
import { Layers } from './layers.tsx';
import { Pad } from './pad.tsx';
import {
  nextSample,
  readSample,
  readUnit,
  SAMPLES,
  type Sample,
  samplePicture,
  type Unit,
  writeSample,
  writeUnit,
} from './picture.ts';
import { Samples } from './samples.tsx';
import { useEye, useOcclusion, useOffered, useSight } from './useEye.ts';

const FIRST: Sample = { digit: 3, nth: 0 };

const fields = {
  model: words('lenet5', 2000),
  /** Title of a network that another page left. */
  from: words('', 200),
  ink: asText<readonly Stroke[]>([], readInk, writeInk),
  sample: asText(FIRST, readSample, writeSample),
  unit: asText<Unit | undefined>(undefined, readUnit, (unit) =>
    unit === undefined ? '' : writeUnit(unit),
  ),
  cover: whole(5, { from: 1, to: 15 }),
};

/** Of a photograph: pixels of its shorter side, in which ink is looked for. */
const NEEDED = 600;

/** Of the pen, as a part of the paper. */
const RADIUS = 0.035;

export function Page() {
  const [state, change] = useFields(fields);
  const { eye, state: seeing, again } = useEye(state.model, state.from);
  const [strokes, setStrokes] = useState<readonly Stroke[]>();
  const [file, setFile] = useState<{ readonly name: string; readonly picture: Picture }>();
  const [problem, setProblem] = useState<unknown>();
  const ink = strokes ?? state.ink;
  const samples = useSamples(eye, seeing);
  const picture = useMemo(() => {
    if (file !== undefined) return file.picture;
    if (ink.length > 0) return strokesPicture(ink, { radius: RADIUS });
    return samples === undefined ? undefined : samplePicture(samples, state.sample);
  }, [file, ink, samples, state.sample]);
  const { sight, error } = useSight(eye, seeing, picture);
  const open = (chosen: File) => {
    decodePicture(chosen, { channels: 3, where: chosen.name, needed: NEEDED }).then(
      (read) => {
        setProblem(undefined);
        setFile({ name: chosen.name, picture: read });
      },
      (caught: unknown) => setProblem(caught),
    );
  };
  const draw = (next: readonly Stroke[], isOver: boolean) => {
    setFile(undefined);
    setStrokes(isOver ? undefined : next);
    if (isOver) change({ ink: next });
  };
  const isSample = file === undefined && ink.length === 0;
  const look = sight?.look ?? null;
  return (
    <article
      class="look"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const [dropped] = event.dataTransfer?.files ?? [];
        if (dropped !== undefined) open(dropped);
      }}
    >
      <header>
        <h1>Look</h1>
        <p class="lead">
          Draw a digit and see what every layer makes of it, as you draw. Point at any number to see
          what it was worked out of.
        </p>
      </header>
      <NetworkChoice
        model={state.model}
        from={state.from}
        state={seeing}
        onAgain={again}
        onChange={(model, from) => change({ model, from, unit: undefined })}
      />
      <div class="lookTop">
        <section class="lookPaper" aria-label="Picture">
          <Pad
            strokes={file === undefined ? ink : []}
            picture={file?.picture ?? (isSample ? picture : undefined)}
            radius={RADIUS}
            onDraw={draw}
          />
          <div class="lookButtons">
            <Button
              disabled={isSample}
              onClick={() => {
                setFile(undefined);
                setStrokes(undefined);
                change({ ink: [] });
              }}
            >
              Clear
            </Button>
            <span class="soft small">
              {file?.name ?? (ink.length === 0 ? 'Draw here, drop or paste a picture' : '')}
            </span>
          </div>
          <Samples
            digit={isSample ? state.sample.digit : null}
            onDigit={(digit) => {
              setFile(undefined);
              setStrokes(undefined);
              const sample = isSample ? nextSample(state.sample, digit) : { digit, nth: 0 };
              change({ ink: [], sample });
            }}
            onFile={open}
          />
          {problem !== undefined && <Note error={problem} />}
        </section>
        <section class="lookSaid" aria-labelledby="lookAnswer">
          <h2 id="lookAnswer">{answerWords(sight)}</h2>
          <Answers look={look} />
          {sight !== undefined && sight.prediction.notes.length > 0 && (
            <p class="soft small">How it was prepared: {sight.prediction.notes.join('; ')}.</p>
          )}
          {error !== undefined && (
            <div class="lookFailed">
              <Note error={error} />
              <Button onClick={again}>Begin again</Button>
            </div>
          )}
        </section>
        <Covered eye={eye} sight={sight} size={state.cover} onSize={(cover) => change({ cover })} />
      </div>
      {look !== null && seeing.is === 'ready' && (
        <>
          <Codes look={look} />
          <Layers
            look={look}
            network={seeing.network}
            asked={state.unit}
            onPick={(unit) => change({ unit })}
          />
        </>
      )}
    </article>
  );
}

function answerWords(sight: Sight | undefined): string {
  if (sight === undefined) return 'Not looked yet';
  const [best] = sight.prediction.answers;
  if (best === undefined) return 'Nothing to read';
  return `${best.class}, ${formatShare(best.probability)}`;
}

function useSamples(eye: Eye, state: EyeState): PicturesOf | undefined {
  const [samples, setSamples] = useState<PicturesOf>();
  const isOpen = state.is === 'ready';
  useEffect(() => {
    if (!isOpen || samples !== undefined) return;
    // Without samples one can still draw.
    eye.samples(SAMPLES).then(setSamples, () => {});
  }, [eye, isOpen, samples]);
  return samples;
}

interface ChoiceProps {
  readonly model: string;
  readonly from: string;
  readonly state: EyeState;
  readonly onAgain: () => void;
  readonly onChange: (model: string, from: string) => void;
}

/** Networks that read digits. */
const MODELS = ['lenet5', 'lenet5-1998'];
/** Tells a trained network's value in the list from a model's. */
const TRAINED = 'trained ';

function NetworkChoice({ model, from, state, onAgain, onChange }: ChoiceProps) {
  const offered = useOffered();
  const models = MODELS.includes(model) ? MODELS : [model, ...MODELS];
  const trained = offered.map((one) => ({ value: TRAINED + one.from, text: one.text }));
  const isTrained = offered.some((one) => one.from === from);
  return (
    <div class="lookNetwork">
      <Select
        label="Network"
        value={isTrained ? TRAINED + from : model}
        choices={[
          ...models.map((value) => ({ value, text: `${value}, trained here` })),
          ...trained,
        ]}
        onChange={(value) =>
          value.startsWith(TRAINED)
            ? onChange(model, value.slice(TRAINED.length))
            : onChange(value, '')
        }
      />
      <NetworkState state={state} onAgain={onAgain} />
    </div>
  );
}

function NetworkState({ state, onAgain }: Pick<ChoiceProps, 'state' | 'onAgain'>) {
  if (state.is === 'failed') {
    return (
      <div class="lookFailed">
        <Note error={state.error} />
        <p class="soft small">This page trains on digits: 28 × 28, gray, ten classes.</p>
        <Button onClick={onAgain}>Begin again</Button>
      </div>
    );
  }
  if (state.is === 'preparing') {
    return (
      <p class="lookDoing" role="status">
        <progress value={state.share} max={1} aria-label={state.doing} /> {state.doing}
      </p>
    );
  }
  const { accuracy } = state.network;
  return (
    <p class="lookDoing soft" role="status">
      {accuracy === null
        ? 'As it was trained.'
        : `${formatShare(accuracy)} of new digits are read right.`}
    </p>
  );
}

interface CoveredProps {
  readonly eye: Eye;
  readonly sight: Sight | undefined;
  readonly size: number;
  readonly onSize: (size: number) => void;
}

function Covered({ eye, sight, size, onSize }: CoveredProps) {
  const map = useOcclusion(eye, sight, size);
  const name = sight?.look?.classes[sight.look.answer] ?? '';
  return (
    <section class="lookCovered" aria-labelledby="lookCovered">
      <h2 id="lookCovered">What speaks for it</h2>
      {map === undefined ? (
        <div class="lookNoMap" />
      ) : (
        <HeatMap
          values={map.values}
          rows={map.rows}
          columns={map.columns}
          label={`What covering each place costs ${name}`}
          say={(fall, { row, column }) =>
            `Covering row ${row}, column ${column} ${fall < 0 ? 'adds' : 'costs'} ${formatShare(Math.abs(fall))}`
          }
        />
      )}
      <Slider
        label="Side of the square that covers"
        value={size}
        from={1}
        to={15}
        onChange={onSize}
      />
      <p class="soft small">
        How far the probability of {name === '' ? 'the answer' : name} falls when a square of paper
        covers the place{map === undefined ? '' : `: by ${formatShare(most(map.values))} at most`}.
      </p>
    </section>
  );
}

const most = (values: Float32Array): number => values.reduce((a, b) => Math.max(a, b), 0);
