/**
 * @file What the units of a layer have learned: the filter of each, and the test digits that excite it most, cut out to
 * what it sees there. Beside `layers.tsx`, which is of one picture. Next stop: `learned.ts`.
 */

import { useMemo, useState } from 'preact/hooks';
import { formatValue } from '../../figures/numbers.ts';
import { Button } from '../../frame/controls/button.tsx';
import { Select } from '../../frame/controls/select.tsx';
import { Note } from '../../frame/problem.tsx';
import { Cut, FilterPicture } from './cuts.tsx';
import type { Eye, SeeingNetwork } from './eye.ts';
import { type LearnedLayer, learnedLayers, type Shown, shownOf } from './learned.ts';
import { useExcited, useNear } from './useEye.ts';

interface LearnedProps {
  readonly eye: Eye;
  readonly network: SeeingNetwork;
  /** Name of a layer. */
  readonly asked: string;
  readonly onLayer: (name: string) => void;
}

/** Units shown before more are asked for, and added then. */
const UNITS = 12;

export function Learned({ eye, network, asked, onLayer }: LearnedProps) {
  const layers = useMemo(() => learnedLayers(network), [network]);
  const layer = layers.find(({ name }) => name === asked) ?? layers[0];
  return (
    <section class="lookSection" aria-labelledby="lookLearned">
      <h2 id="lookLearned">What it has learned</h2>
      {layer === undefined ? (
        <p class="soft">This network has no layer that learns.</p>
      ) : (
        <>
          <Select
            label="Layer"
            value={layer.name}
            choices={layers.map(({ name, kind, units }) => ({
              value: name,
              text: `${name}: ${units} ${kind}`,
            }))}
            onChange={onLayer}
          />
          <Units key={layer.name} eye={eye} network={network} layer={layer} />
        </>
      )}
    </section>
  );
}

interface UnitsProps extends Pick<LearnedProps, 'eye' | 'network'> {
  readonly layer: LearnedLayer;
}

function Units({ eye, network, layer }: UnitsProps) {
  const [wanted, setWanted] = useState(UNITS);
  const { element, isNear } = useNear<HTMLDivElement>();
  const count = Math.min(wanted, layer.units);
  const { excited, error } = useExcited(eye, network, layer.name, count, isNear);
  const shown = useMemo(
    () => Array.from({ length: count }, (_, unit) => shownOf(network, unit, excited)),
    [network, count, excited],
  );
  return (
    <div ref={element} class="lookSection isWide">
      <p class="soft small">
        {layer.filterWords}
        {error === undefined &&
          (excited === undefined
            ? 'Looking for the digits that excite each unit most.'
            : `Beside it the test digits, of ${excited.count}, on which a unit is largest, cut out to what it sees there.`)}
      </p>
      {error !== undefined && <Note error={error} />}
      <ul class="lookUnits">
        {shown.map((unit) => (
          <UnitCard key={unit.unit} shown={unit} layer={layer} network={network} />
        ))}
      </ul>
      {count < layer.units && (
        <Button onClick={() => setWanted(wanted + UNITS)}>
          {`Show ${Math.min(UNITS, layer.units - count)} more of ${layer.units}`}
        </Button>
      )}
    </div>
  );
}

interface CardProps extends Pick<UnitsProps, 'network' | 'layer'> {
  readonly shown: Shown;
}

function UnitCard({ shown: { unit, cuts, isConstant }, layer, network }: CardProps) {
  const [first] = cuts;
  const last = cuts.at(-1);
  return (
    <li>
      <h3>unit {unit}</h3>
      {layer.filters !== null && <FilterPicture filters={layer.filters} unit={unit} />}
      {first !== undefined && last !== undefined && (
        <>
          <div class="lookCuts">
            {isConstant
              ? null
              : cuts.map((cut) => (
                  <Cut
                    key={cut.index}
                    cut={cut}
                    label={`${network.classes[cut.label] ?? cut.label}: ${formatValue(cut.value)}`}
                  />
                ))}
          </div>
          <p class="soft small">
            {isConstant
              ? `always ${formatValue(first.value)}: nothing excites it`
              : `${formatValue(first.value)} to ${formatValue(last.value)}`}
          </p>
        </>
      )}
    </li>
  );
}
