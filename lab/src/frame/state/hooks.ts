/**
 * @file The address and a page's fields as state of components.
 *
 *     const [state, change] = useFields(fields);   // fields: a constant beside the page
 *     change({ kernel: 5 });                       // shown at once, in the address a moment later
 */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { type Address, changeQuery, currentAddress, watchAddress } from './address.ts';
import { type Fields, readFields, writeFields } from './fields.ts';

export function useAddress(): Address {
  const [address, setAddress] = useState(currentAddress);
  useEffect(() => watchAddress(setAddress), []);
  return address;
}

/** What the address says of these fields, and a way to change some of them. */
export function useFields<T extends object>(
  fields: Fields<T>,
): readonly [T, (changes: Partial<T>) => void] {
  const { query } = useAddress();
  const values = useMemo(() => readFields(fields, new URLSearchParams(query)), [fields, query]);
  const change = useCallback(
    (changes: Partial<T>) => {
      // Read again: two changes in one event both count.
      const { query: before } = currentAddress();
      const now = readFields(fields, new URLSearchParams(before));
      changeQuery(writeFields(fields, { ...now, ...changes }, before));
    },
    [fields],
  );
  return [values, change];
}
