/**
 * @file Table I of the 1998 paper as a grid: which maps of a layer see which maps below.
 */
import type { ConnectionTable } from 'fovea/web';

export function ConnectionGrid({ table }: { readonly table: ConnectionTable }) {
  const { layer, below, connected, kernels, possible } = table;
  const maps = connected[0] ?? [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section class="tableScroll" tabIndex={0} aria-label="Connection table">
      <table class="networksGrid">
        <caption>
          Columns are maps of {layer}, rows maps of {below}; {kernels} of {possible} kernels exist.
        </caption>
        <thead>
          <tr>
            <td />
            {maps.map((_, map) => (
              <th key={map} scope="col">
                {map}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {connected.map((row, channel) => (
            <tr key={channel}>
              <th scope="row">{channel}</th>
              {row.map((is, map) => (
                <td key={map} class={is ? 'isConnected' : undefined}>
                  <span class="visuallyHidden">{is ? 'connected' : 'not connected'}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
