/**
 * @file A pause in which the page draws and answers, for work that would keep it from both for too long.
 */
export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
