/**
 * @file What one layer is: its formula, its counts spelled out, what it sees, its table of connections, and where
 * texts about it go wrong.
 */
import {
  connectionTables,
  type Equation,
  formulaOf,
  type LayerSummary,
  layerShapes,
  type ModelSpec,
  spellCounts,
  summarize,
} from 'fovea/web';
import { formatCount } from '../../figures/numbers.ts';
import { ConnectionGrid } from './connectionGrid.tsx';
import { Corrections } from './corrections.tsx';
import { ReceptiveField } from './receptiveField.tsx';

interface PanelProps {
  /** A sound model that has the layer. */
  readonly spec: ModelSpec;
  readonly layer: string;
  /** As it is named in the table of models. */
  readonly model: string;
  readonly place: readonly [number, number] | null;
  readonly onPlace: (place: readonly [number, number]) => void;
}

export function LayerPanel({ spec, layer, model, place, onPlace }: PanelProps) {
  if (layer === 'input') return <InputPanel spec={spec} model={model} />;
  const placed = layerShapes(spec).find((one) => one.spec.name === layer);
  const summary = summarize(spec).layers.find(({ name }) => name === layer);
  if (placed === undefined || summary === undefined) return null;
  const formula = formulaOf(placed);
  const table = connectionTables(spec).find((one) => one.layer === layer);
  return (
    <>
      <p class="networksSays">
        {summary.kind}: {placed.layer.says}. {shapeWords(placed.inputShapes[0])} becomes{' '}
        {shapeWords(summary.outputShape)}.
      </p>
      {formula !== '' && <code class="networksFormula">{formula}</code>}
      <Counts summary={summary} spelled={spellCounts(placed)} />
      {table !== undefined && <ConnectionGrid table={table} />}
      <Corrections list={[model, layer]} />
      {summary.receptiveField !== null && (
        <ReceptiveField
          key={layer}
          field={summary.receptiveField}
          output={summary.outputShape}
          input={spec.inputShape}
          place={place}
          onPlace={onPlace}
        />
      )}
    </>
  );
}

function InputPanel({ spec, model }: { readonly spec: ModelSpec; readonly model: string }) {
  const { scale: given, offset, border } = spec.preprocessing;
  // Models that are drawn here have one scale for all channels.
  const scale = typeof given === 'number' ? given : (given[0] ?? 1);
  const low = offset;
  const high = 255 * scale + offset;
  const round = (n: number) => String(Number(n.toPrecision(4))).replace('-', '−');
  return (
    <>
      <p class="networksSays">
        {shapeWords(spec.inputShape)}: height, width, channels. A pixel of 0 becomes {round(low)},
        one of 255 becomes {round(high)}.
        {border !== undefined && ` Pictures get ${border} pixels of background on each side.`}
      </p>
      <Corrections list={[model, 'input']} />
    </>
  );
}

export const shapeWords = (shape: readonly number[]): string => shape.join(' × ');

interface CountsProps {
  readonly summary: LayerSummary;
  readonly spelled: ReturnType<typeof spellCounts>;
}

function Counts({ summary, spelled }: CountsProps) {
  const { trainable, fixed } = summary;
  const parts = fixed > 0 && trainable > 0 ? `, ${formatCount(fixed)} of them fixed` : '';
  const kind = fixed > 0 && trainable === 0 ? 'Parameters, fixed' : 'Parameters';
  return (
    <dl class="networksCounts">
      <Count name={kind} equation={spelled.parameters} after={parts} />
      <Count name="Multiply-adds" equation={spelled.multiplyAdds} />
      <Count name="Connections" equation={spelled.connections} />
    </dl>
  );
}

interface CountProps {
  readonly name: string;
  readonly equation: Equation;
  readonly after?: string;
}

function Count({ name, equation: { words, value }, after = '' }: CountProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {words !== '' && words !== String(value) && (
          <span class="networksProduct">{words.replaceAll(' x ', ' × ')} = </span>
        )}
        <strong>{value === 0 ? 'none' : formatCount(value)}</strong>
        {after}
      </dd>
    </div>
  );
}
