/**
 * @file What the builder makes of files that are not code: a style sheet is loaded and gives nothing.
 */
declare module '*.css';
