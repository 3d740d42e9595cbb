/**
 * @file One network counted as a table of many texts does, as its paper, as tools do today; and why they differ.
 *
 * Texts and tools count AlexNet as one tower, so for the network of the paper too the two stand beside it so.
 */
import {
  accountsOf,
  type Convention,
  compareConventions,
  conventions,
  type ModelSpec,
  modelOf,
} from 'fovea/web';
import { formatCount } from '../../figures/numbers.ts';
import { Table } from '../../figures/table.tsx';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { shapeWords } from './layerPanel.tsx';

interface ConventionsProps {
  readonly spec: ModelSpec;
  readonly convention: Convention;
  readonly onConvention: (convention: Convention) => void;
}

const TEXTS: Readonly<Record<Convention, string>> = {
  text: 'Many texts',
  paper: 'The paper: two towers',
  modern: 'Today: all biases',
};

/** Nothing for a network that was only ever counted one way. */
export function Conventions({ spec, convention, onConvention }: ConventionsProps) {
  const accounts = accountsOf(spec.name === 'alexnet' ? modelOf('alexnet-single') : spec);
  if ((accounts.conventions ?? []).length < 2) return null;
  const { counted, shares, conventions: all, why } = compareConventions(accounts, convention);
  const work = convention === 'text' ? 'Forward computation' : 'Multiply-adds';
  const rows = counted.layers
    .filter(({ parameters, computation }) => parameters + computation > 0)
    .map((layer) => [
      layer.name,
      shapeWords(layer.outputShape),
      product(layer.parametersAs, layer.parameters),
      product(layer.computationAs, layer.computation),
    ]);
  const part = (name: string, key: 'convolutions' | 'dense') => [
    name,
    '',
    `${formatCount(counted[key].parameters)} (${shares[key].parameters} %)`,
    `${formatCount(counted[key].computation)} (${shares[key].computation} %)`,
  ];
  return (
    <section class="networksSection" aria-labelledby="networksConventions">
      <h2 id="networksConventions">How it was counted</h2>
      <p>{why}</p>
      <ul class="networksTotals">
        {conventions.map((name) => {
          const total = all[name];
          return (
            total !== undefined && (
              <li key={name} class={name === convention ? 'isChosen' : undefined}>
                <span class="soft small">{TEXTS[name]}</span>
                <strong>{formatCount(total.parameters)}</strong> parameters
                <br />
                {formatCount(total.computation)}{' '}
                {name === 'text' ? 'forward computation' : 'multiply-adds'}
              </li>
            )
          );
        })}
      </ul>
      <Segmented
        label="Layer by layer as"
        value={convention}
        choices={conventions.map((value) => ({ value, text: TEXTS[value] }))}
        onChange={onConvention}
      />
      <Table
        caption={`${counted.model}, input ${shapeWords(counted.inputShape)}. A multiply-add is one multiplication and one addition.`}
        columns={[
          { head: 'Layer' },
          { head: 'Output' },
          { head: 'Parameters', numeric: true },
          { head: work, numeric: true },
        ]}
        rows={[...rows, part('Convolutions', 'convolutions'), part('Dense layers', 'dense')]}
      />
    </section>
  );
}

function product(words: string, count: number): string {
  if (count === 0) return '';
  return words === ''
    ? formatCount(count)
    : `${words.replaceAll('*', ' × ').replaceAll('  ', ' ')} = ${formatCount(count)}`;
}
