/**
 * @file Networks: every model as its published drawing, each layer's formula and cost, changes and what they do,
 * two side by side. What is shown is in the address.
 */
import './networks.css';
import { conventions, drawNetwork, type ModelSpec, modelNames } from 'fovea/web';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { Select } from '../../frame/controls/select.tsx';
import { isOwn, ownModelNames } from '../../frame/ownModels.ts';
import { Note } from '../../frame/problem.tsx';
import { asText, choice, words } from '../../frame/state/fields.ts';
import { useFields } from '../../frame/state/hooks.ts';
import { Changes } from './changes.tsx';
import { Comparison } from './comparison.tsx';
import { Conventions } from './conventions.tsx';
import { Corrections } from './corrections.tsx';
import { LayerEditor } from './editor.tsx';
import { Figure } from './figure.tsx';
import { HandOn } from './hand.tsx';
import { LayerPanel } from './layerPanel.tsx';
import { LayerTable } from './layerTable.tsx';
import { chosenLayer, type EditedModel, FIRST_MODEL, readModel } from './model.ts';
import { ModelFile } from './modelFile.tsx';
import { MODEL } from './notes.ts';

type Place = readonly [number, number] | null;

const fields = {
  model: words(FIRST_MODEL, 2000),
  layer: words('', 100),
  place: asText<Place>(null, readPlace, (place) => place?.join(',') ?? ''),
  drawn: choice('auto', ['auto', 'maps', 'blocks'] as const),
  as: choice('modern', conventions),
  against: words('', 2000),
};

function readPlace(text: string): Place | undefined {
  const [, row, column] = /^(\d{1,4}),(\d{1,4})$/.exec(text) ?? [];
  return row === undefined ? undefined : [Number(row), Number(column)];
}

/** What stands for the network before it was changed, in the list of those to compare with. */
const PUBLISHED = 'published';

export function Page() {
  const [state, change] = useFields(fields);
  const model = readModel(state.model);
  const { draft, name } = model;
  const layer = chosenLayer(model, state.layer);
  const choose = (chosen: string) => change({ layer: chosen, place: null });
  const edit = (model: string) => change({ model });
  const { sound, problem } = draft;
  const hasLayer = layer === 'input' || sound?.layers.some((one) => one.name === layer);
  return (
    <article class="networks">
      <header>
        <h1>Networks</h1>
        <p class="lead">
          Every model as its published drawing shows it. Choose a layer to see what it computes,
          what it costs and what it sees; change it, and see what comes of it.
        </p>
      </header>
      <div class="networksBar">
        <Select
          label="Network"
          value={name}
          choices={[...modelNames, ...ownModelNames()].map((value) => ({ value, text: value }))}
          onChange={(chosen) => change({ model: chosen, layer: '', place: null })}
        />
        <Segmented
          label="Drawn as"
          value={state.drawn}
          choices={[
            { value: 'auto', text: 'published' },
            { value: 'maps', text: 'maps' },
            { value: 'blocks', text: 'blocks' },
          ]}
          onChange={(drawn) => change({ drawn })}
        />
        <ModelFile onOpened={(opened) => change({ model: opened, layer: '', place: null })} />
      </div>
      {sound !== null && (
        <Figure
          figure={drawNetwork(sound, { style: state.drawn === 'auto' ? undefined : state.drawn })}
          label={`Drawing of ${name}: arrow keys go from layer to layer`}
          chosen={layer}
          onChoose={choose}
        />
      )}
      {problem !== null && (
        <div class="networksProblem" data-layer={problem.layer}>
          <Note error={problem.error} />
          {problem.layer !== null && problem.layer !== layer && (
            <button type="button" class="button" onClick={() => choose(problem.layer ?? '')}>
              Go to {problem.layer}
            </button>
          )}
        </div>
      )}
      <Changes model={model} onWords={edit} />
      <Corrections list={[name, MODEL]} />
      <div class="networksColumns">
        <section aria-labelledby="networksLayerName">
          <h2 id="networksLayerName">{layer}</h2>
          {hasLayer && sound !== null ? (
            <LayerPanel
              spec={sound}
              layer={layer}
              model={name}
              place={state.place}
              onPlace={(place) => change({ place })}
            />
          ) : (
            <p class="soft">Its shape is known when all layers before it fit.</p>
          )}
        </section>
        <section aria-labelledby="networksEdit">
          <h2 id="networksEdit">Change it</h2>
          <LayerEditor key={layer} model={model} layer={layer} onWords={edit} />
          <HandOn spec={draft.spec} words={state.model} />
        </section>
      </div>
      <section class="networksSection" aria-labelledby="networksTable">
        <h2 id="networksTable">Layer by layer</h2>
        <LayerTable draft={draft} chosen={layer} onChoose={choose} />
      </section>
      {draft.spec !== null && !model.isChanged && !isOwn(name) && (
        <Conventions
          spec={draft.spec}
          convention={state.as}
          onConvention={(as) => change({ as })}
        />
      )}
      <Compared
        model={model}
        against={state.against}
        onAgainst={(against) => change({ against })}
      />
    </article>
  );
}

interface ComparedProps {
  readonly model: EditedModel;
  readonly against: string;
  readonly onAgainst: (against: string) => void;
}

function Compared({ model, against, onAgainst }: ComparedProps) {
  const { draft, name, isChanged, published } = model;
  const unchanged = isOwn(name) ? `${name} as opened` : `${name} as published`;
  const own = isChanged ? [{ value: PUBLISHED, text: unchanged }] : [];
  const names = [...modelNames, ...ownModelNames()].filter((other) => other !== name || isChanged);
  const other = otherOf(model, against);
  const choices = [
    { value: '', text: 'nothing' },
    ...own,
    ...names.filter((one) => one !== name).map((value) => ({ value, text: value })),
  ];
  return (
    <section class="networksSection" aria-labelledby="networksCompare">
      <h2 id="networksCompare">Two side by side</h2>
      <Select
        label="Compare with"
        value={choices.some(({ value }) => value === against) ? against : ''}
        choices={choices}
        onChange={onAgainst}
      />
      {other !== null && draft.spec !== null && (
        <Comparison
          left={draft.spec}
          right={other}
          names={[isChanged ? `${name}, changed` : name, other === published ? unchanged : against]}
        />
      )}
    </section>
  );
}

function otherOf(model: EditedModel, against: string): ModelSpec | null {
  if (against === PUBLISHED) return model.published;
  if (against === '') return null;
  return readModel(against).draft.spec;
}
