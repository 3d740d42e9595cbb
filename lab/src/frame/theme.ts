/**
 * @file Light or dark: as the system has it, or as the reader chose.
 *
 * The choice is an attribute of the document; `tokens.css` does the rest. Canvas figures paint with
 * `useTheme()`, which changes when either of the two does.
 */
import { useEffect, useState } from 'preact/hooks';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];
export type Theme = 'light' | 'dark';

const KEY = 'fovea-theme';
const listeners = new Set<() => void>();
let chosen: ThemeChoice = readChoice();
show();

function readChoice(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY);
    return themeChoices.find((choice) => choice === kept) ?? 'system';
  } catch {
    return 'system';
  }
}

function show(): void {
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function currentChoice(): ThemeChoice {
  return chosen;
}

export function chooseTheme(choice: ThemeChoice): void {
  chosen = choice;
  show();
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage is refused: the choice lives as long as the page.
  }
  for (const listener of listeners) listener();
}

const darkSystem = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)');

export function currentTheme(): Theme {
  if (chosen !== 'system') return chosen;
  return darkSystem().matches ? 'dark' : 'light';
}

export function useTheme(): Theme {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => {
    const update = () => setTheme(currentTheme());
    const media = darkSystem();
    media.addEventListener('change', update);
    listeners.add(update);
    update();
    return () => {
      media.removeEventListener('change', update);
      listeners.delete(update);
    };
  }, []);
  return theme;
}
