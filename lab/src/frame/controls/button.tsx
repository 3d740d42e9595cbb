/**
 * @file A button with words, or with a sign and a name for those who do not see it.
 */
import './controls.css';
import type { ComponentChildren } from 'preact';

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly kind?: 'primary' | 'plain' | 'quiet';
  readonly disabled?: boolean;
  /** The name of a button that shows a sign only. */
  readonly name?: string;
  /** For a button that stays pressed. */
  readonly pressed?: boolean;
}

const kinds = { primary: 'button isPrimary', plain: 'button', quiet: 'button isQuiet' };

export function Button({
  children,
  onClick,
  kind = 'plain',
  disabled,
  name,
  pressed,
}: ButtonProps) {
  return (
    <button
      type="button"
      class={`${kinds[kind]}${name === undefined ? '' : ' isIcon'}`}
      aria-label={name}
      title={name}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
