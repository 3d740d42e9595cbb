/**
 * @file What every answer of the lab's server says to the browser beside its content.
 *
 * Isolation (COOP, COEP) gives the page shared memory and with it threads. The content security policy lets
 * nothing be loaded from elsewhere and no text become code, but for WebAssembly, which the engine emits.
 */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
} as const;

/** The policy as a page can carry it itself, where a plain host sends no headers. */
export const contentPolicy: string = Object.entries(POLICY)
  .map(([name, sources]) => `${name} ${sources}`)
  .join('; ');

export const securityHeaders: Readonly<Record<string, string>> = {
  // Who may frame a page is asked before the page is read: of headers only.
  'content-security-policy': `${contentPolicy}; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), payment=(), usb=()',
};
