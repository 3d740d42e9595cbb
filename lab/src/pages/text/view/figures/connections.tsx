/**
 * @file Table I of 1998, as the Networks page shows it.
 */
import '../../../networks/networks.css';
import { connectionTables, modelOf } from 'fovea/web';
import { ConnectionGrid } from '../../../networks/connectionGrid.tsx';

export function Figure() {
  const [table] = connectionTables(modelOf('lenet5-1998'));
  return table === undefined ? null : <ConnectionGrid table={table} />;
}
