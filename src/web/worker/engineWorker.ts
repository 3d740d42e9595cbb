/**
 * @file The worker that the engine runs in: what a page loads by `new Worker(...)`. Previous stop: `engine.ts`.
 */
import { serve } from './calls.ts';
import { Engine } from './engine.ts';

serve(self, new Engine().calls());
