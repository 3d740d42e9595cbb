/** @file Quantities in words: bytes in binary units. */

/** 1.5 KiB, 20.3 MiB, 1.17 GiB */
export function formatBytes(bytes: number): string {
  if (bytes < 2 ** 20) return `${(bytes / 2 ** 10).toFixed(1)} KiB`;
  return bytes < 2 ** 30
    ? `${(bytes / 2 ** 20).toFixed(1)} MiB`
    : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
