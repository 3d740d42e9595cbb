import { expect, it } from 'vitest';
import { isLoopback, ownHosts, urlOf } from './hosts.ts';

it('answers this machine only, under its three names', () => {
  expect([...ownHosts('127.0.0.1', 8128)]).toEqual([
    '127.0.0.1:8128',
    'localhost:8128',
    '[::1]:8128',
  ]);
  expect([...ownHosts('192.0.2.7', 8128)]).toEqual(['192.0.2.7:8128']);
});

it('knows its addresses where it listens on all of them, and no name of others', () => {
  const hosts = ownHosts('0.0.0.0', 8128);
  expect(hosts).toContain('127.0.0.1:8128');
  expect(hosts).not.toContain('0.0.0.0:8128');
  expect(hosts).not.toContain('example.com:8128');
});

it('expects no port where browsers write none', () => {
  expect(ownHosts('127.0.0.1', 80)).toContain('localhost');
  expect(ownHosts('127.0.0.1', 8080)).not.toContain('localhost');
});

it('writes addresses that can be opened', () => {
  expect(urlOf('127.0.0.1', 8128)).toBe('http://127.0.0.1:8128/');
  expect(urlOf('0.0.0.0', 8128)).toBe('http://127.0.0.1:8128/');
  expect(urlOf('::1', 80)).toBe('http://[::1]/');
  expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1'].every(isLoopback)).toBe(true);
  expect(['127.0.0.1.evil.example', '0.0.0.0', '192.0.2.7'].some(isLoopback)).toBe(false);
});
