import { dependenciesOf } from '../../clients/reach/nest-graph.js';
import type { InstanceWrapper } from '../../clients/reach/nest-graph.js';

/** Whether a provider or controller is what is sought, or depends on it, however deep, its own guards and pipes included. */
export function reaches(start: InstanceWrapper, isSought: (wrapper: InstanceWrapper) => boolean): boolean {
  const seen = new Set([start]);
  // Iterating a set includes what is added meanwhile.
  for (const wrapper of seen) {
    if (isSought(wrapper)) return true;
    for (const dependency of dependenciesOf(wrapper)) seen.add(dependency);
  }
  return false;
}
