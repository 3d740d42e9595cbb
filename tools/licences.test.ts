import { expect, it } from 'vitest';
import { licencesOf } from './licences.ts';

it('lists what is shipped, and knows a licence from one to look at', () => {
  const packages = {
    '': { license: 'MIT' },
    'node_modules/a': { version: '1', license: 'MIT' },
    'node_modules/a/node_modules/@b/c': { version: '2', license: 'GPL-3.0' },
    'node_modules/d': { version: '3' },
    'node_modules/tool': { version: '4', license: 'GPL-3.0', dev: true },
    'node_modules/@img/sharp-linux': { version: '5', license: 'Apache-2.0 AND LGPL-3.0-or-later' },
    'node_modules/pair': { version: '7', license: '(Apache-2.0 AND BSD-3-Clause)' },
    'node_modules/h5wasm': { version: '8', license: 'SEE LICENSE IN LICENSE.txt' },
    'node_modules/unread': { version: '9', license: 'SEE LICENSE IN LICENSE.txt' },
    'node_modules/other': { version: '6', license: 'MIT AND LGPL-3.0-or-later' },
  };
  expect(licencesOf(packages)).toEqual([
    { name: 'a 1', licence: 'MIT', isKnown: true },
    { name: '@b/c 2', licence: 'GPL-3.0', isKnown: false },
    { name: 'd 3', licence: 'none', isKnown: false },
    { name: '@img/sharp-linux 5', licence: 'Apache-2.0 AND LGPL-3.0-or-later', isKnown: true },
    { name: 'pair 7', licence: '(Apache-2.0 AND BSD-3-Clause)', isKnown: true },
    { name: 'h5wasm 8', licence: 'SEE LICENSE IN LICENSE.txt', isKnown: true },
    { name: 'unread 9', licence: 'SEE LICENSE IN LICENSE.txt', isKnown: false },
    { name: 'other 6', licence: 'MIT AND LGPL-3.0-or-later', isKnown: false },
  ]);
});
