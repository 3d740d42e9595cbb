/**
 * @file Every layer's maps, and beside them the number that is looked at, worked out.
 */
import {
  type Look,
  layerShapes,
  type PlacedLayer,
  type Stage,
  type WorkedUnit,
  workUnit,
} from 'fovea/web';
import { useMemo, useState } from 'preact/hooks';
import type { SeeingNetwork } from './eye.ts';
import { LayerMaps } from './layerMaps.tsx';
import { coordinatesOf } from './maps.ts';
import { chosenUnit, type Unit } from './picture.ts';
import { UnitPanel } from './unitPanel.tsx';

interface LayersProps {
  readonly look: Look;
  readonly network: SeeingNetwork;
  readonly asked: Unit | undefined;
  readonly onPick: (unit: Unit) => void;
}

export function Layers({ look, network, asked, onPick }: LayersProps) {
  const [pointed, setPointed] = useState<Unit>();
  const unit = chosenUnit(look, pointed ?? asked);
  const stage = look.stages.find(({ name }) => name === unit.layer);
  const placed = useMemo(
    () => new Map(layerShapes(network.spec).map((layer) => [layer.spec.name, layer])),
    [network.spec],
  );
  const layer = placed.get(unit.layer);
  const worked = workedOf(look, network, layer, stage, unit);
  const below = layer?.inputs[0] ?? '';
  return (
    <section class="lookSection" aria-labelledby="lookLayers">
      <h2 id="lookLayers">Layer by layer</h2>
      <p class="soft small">
        Orange is above zero, blue below, each layer to its own largest. Click keeps a number.
      </p>
      <div class="lookColumns">
        <div class="lookStages">
          {look.stages.filter(isShown).map((one) => (
            <LayerMaps
              key={one.name}
              stage={one}
              unit={one.name === unit.layer ? unit.index : undefined}
              window={one.name === below ? (worked?.window ?? null) : null}
              onPoint={(index) =>
                setPointed(index === undefined ? undefined : { layer: one.name, index })
              }
              onPick={(index) => {
                setPointed(undefined);
                onPick({ layer: one.name, index });
              }}
            />
          ))}
        </div>
        {stage !== undefined && (
          <UnitPanel stage={stage} index={unit.index} worked={worked} below={below} />
        )}
      </div>
    </section>
  );
}

/** A flattened image is the row above once more. */
const isShown = ({ kind }: Stage): boolean => kind !== 'flatten';

function workedOf(
  { stages, input }: Look,
  { weights }: SeeingNetwork,
  layer: PlacedLayer | undefined,
  stage: Stage | undefined,
  { index }: Unit,
): WorkedUnit | undefined {
  if (layer === undefined || stage === undefined) return undefined;
  const [below] = layer.inputs;
  const values =
    stages.find(({ name, kind }) => name === below && kind !== 'picture')?.values ?? input;
  return workUnit({ layer, weights, values, place: coordinatesOf(stage.shape, index) });
}
