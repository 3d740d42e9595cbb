/**
 * @file Where the lab starts: the frame into the page, once. Next stop: `frame/app.tsx`.
 */
import { render } from 'preact';
import { App } from './frame/app.tsx';
import { isolateWhereAsked } from './frame/isolate.ts';
import { keepToken } from './frame/token.ts';

keepToken();
await isolateWhereAsked();
const root = document.getElementById('lab');
if (root !== null) render(<App />, root);
