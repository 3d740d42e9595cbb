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
import { formatShare } from '../../figures/numbers.ts';
import { Button } from '../../frame/controls/button.tsx';
import { Note } from '../../frame/problem.tsx';
import { asText, whole, words } from '../../frame/state/fields.ts';
import { useFields } from '../../frame/state/hooks.ts';
import { Answers, Codes } from './answers.tsx';
import { CameraView } from './cameraView.tsx';
import { Covered } from './covered.tsx';
import type { Eye, EyeState, Sight } from './eye.ts';
import { readInk, writeInk } from './ink.ts';
import { Layers } from './layers.tsx';
import { Learned } from './learned.tsx';
import { NetworkChoice } from './networkChoice.tsx';
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
import { useEye, useSight } from './useEye.ts';

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
  /** Whose units are shown. */
  layer: words('', 200),
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
  const [hasCamera, setHasCamera] = useState(false);
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
    setHasCamera(false);
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
  const switchOn = () => {
    setProblem(undefined);
    setHasCamera(true);
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
          Draw a digit, or hold one before the camera, and see at once what every layer makes of it.
          Point at any number to see what it was worked out of.
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
          {hasCamera ? (
            <CameraView
              onPicture={(seen) => setFile({ name: 'From the camera', picture: seen })}
              onKeep={() => setHasCamera(false)}
              onEnd={(why) => {
                setHasCamera(false);
                setFile(undefined);
                setProblem(why);
              }}
            />
          ) : (
            <>
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
            </>
          )}
          <Samples
            digit={isSample ? state.sample.digit : null}
            onDigit={(digit) => {
              setHasCamera(false);
              setFile(undefined);
              setStrokes(undefined);
              const sample = isSample ? nextSample(state.sample, digit) : { digit, nth: 0 };
              change({ ink: [], sample });
            }}
            onFile={open}
            onCamera={hasCamera ? undefined : switchOn}
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
      {seeing.is === 'ready' && (
        <Learned
          eye={eye}
          network={seeing.network}
          asked={state.layer}
          onLayer={(layer) => change({ layer })}
        />
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
