import type { PlacementProps } from '../../lib/model/workload/props';
import type { Say } from '../postgres/check';

/** Operators place pods by labels of nodes alone: reports everything else that a placement says. */
export function checkByLabels(placement: PlacementProps | undefined, what: string, say: Say): void {
  for (const [key, value] of Object.entries(placement ?? {}))
    if (key !== 'labels' && value !== undefined) say(`placement.${key}`, what, undefined, 'use placement.labels');
}
