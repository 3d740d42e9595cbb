/**
 * @file How numbers are written: a real minus, groups of three, no more digits than mean something.
 */

/** Up to `digits` significant digits: 0.3333, −12, 1.5e-7. */
export function formatValue(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(digits));
  return String(rounded).replace(/^-/, '−');
}

/** 62,378,344. By hand: a browser's own way takes 40 ms for the first number of a page. */
export function formatCount(count: number): string {
  const digits = String(Math.round(Math.abs(count))).replace(/\B(?=(\d{3})+$)/g, ',');
  return count < 0 ? `−${digits}` : digits;
}

/** 0.9876 -> "98.8 %", but never "100 %" for less than all. */
export function formatShare(share: number, decimals = 1): string {
  const factor = 10 ** decimals;
  const scaled = 100 * factor * share;
  const shown = share < 1 ? Math.min(Math.round(scaled), 100 * factor - 1) : Math.round(scaled);
  return `${(shown / factor).toFixed(decimals)} %`;
}
