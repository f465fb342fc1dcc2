import module from 'node:module';
import { setFlagsFromString } from 'node:v8';

/** What suits this process and its threads; before anything large is imported. Plain JavaScript, like what calls it. */
export function tuneProcess() {
  // Heaps are collected sooner: with two engine threads a sixth of the memory less, for a twentieth of the engine's speed.
  setFlagsFromString('--optimize-for-size');
  // After the flags, which are part of the cache's name: types are stripped once, not at every start; threads have it from the environment.
  const { directory } = module.enableCompileCache();
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;
}
