/** @file The page of a model server: a picture in, answers out. */
export const tryPage: Readonly<
  Record<string, { readonly type: string; readonly body: string; readonly policy: string }>
> = {};
