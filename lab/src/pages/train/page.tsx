/**
 * @file Train: a network, or two that differ in one thing, trained in the page while one looks.
 *
 * Settings live in the address. The run belongs to the lab and not to this page: it goes on while another is read.
 */
import './train.css';
import { useEffect } from 'preact/hooks';
import { loadPlots } from '../../figures/plot.tsx';
import { useFields } from '../../frame/state/hooks.ts';
import { whenIdle } from '../../frame/whenIdle.ts';
import { KeptRunPanel } from './keptRunPanel.tsx';
import { pageTrainer } from './pageTrainer.ts';
import { RunView } from './runView.tsx';
import { trainFields } from './settings.ts';
import { SettingsPanel } from './settingsPanel.tsx';
import { Transport } from './transport.tsx';
import { useRunState } from './useRunState.ts';

export function Page() {
  const [settings, change] = useFields(trainFields);
  const state = useRunState(pageTrainer);
  useEffect(() => {
    const leavePlots = whenIdle(() => void loadPlots().catch(() => {}));
    const leaveTraining = pageTrainer.prepare(settings);
    return () => {
      leavePlots();
      leaveTraining();
    };
  }, []);
  return (
    <article class="train">
      <header>
        <h1>Train</h1>
        <p class="lead">
          A network learns while you look, here in the page: its curves, its filters, what it takes
          for what. Or two networks that differ in one thing, from the same seed.
        </p>
      </header>
      {settings.run === '' ? (
        <SettingsPanel settings={settings} change={change} />
      ) : (
        <KeptRunPanel settings={settings} change={change} phase={state.phase} />
      )}
      <Transport trainer={pageTrainer} state={state} settings={settings} />
      {state.sides.length > 0 && <RunView state={state} />}
    </article>
  );
}
