/**
 * @file The head of every page: the name, the pages, and the switch between light and dark.
 */
import './header.css';
import { useState } from 'preact/hooks';
import { pages } from './pages.ts';
import { chooseTheme, currentChoice, type ThemeChoice, themeChoices } from './theme.ts';

export function Header({ current }: { readonly current: string }) {
  return (
    <header class="siteHeader">
      <a class="wordmark" href="#/">
        <Eye />
        Fovea
      </a>
      <nav aria-label="Pages">
        <ul>
          {Object.entries(pages).map(([name, { title }]) => (
            <li key={name}>
              <a href={`#/${name}`} aria-current={name === current ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ThemeSwitch />
    </header>
  );
}

const themeWords: Readonly<Record<ThemeChoice, string>> = {
  system: 'as the system',
  light: 'light',
  dark: 'dark',
};

/** One button that goes round: as the system has it, light, dark. */
function ThemeSwitch() {
  const [choice, setChoice] = useState(currentChoice);
  const next = themeChoices[(themeChoices.indexOf(choice) + 1) % themeChoices.length] ?? 'system';
  const change = () => {
    chooseTheme(next);
    setChoice(next);
  };
  const label = `Colours: ${themeWords[choice]}. Change to ${themeWords[next]}.`;
  return (
    <button type="button" class="themeSwitch" aria-label={label} title={label} onClick={change}>
      <ThemeSign choice={choice} />
    </button>
  );
}

function ThemeSign({ choice }: { readonly choice: ThemeChoice }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <circle cx="12" cy="12" r="7.25" fill="none" stroke="currentColor" stroke-width="1.5" />
      {choice === 'system' && <path d="M12 4.75a7.25 7.25 0 0 1 0 14.5z" fill="currentColor" />}
      {choice === 'dark' && <circle cx="12" cy="12" r="7.25" fill="currentColor" />}
      {choice === 'light' && <circle cx="12" cy="12" r="2" fill="currentColor" />}
    </svg>
  );
}

function Eye() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <circle cx="12" cy="12" r="9.25" fill="none" stroke="currentColor" stroke-width="1.75" />
      <circle class="wordmarkPupil" cx="12" cy="12" r="3.5" />
    </svg>
  );
}
