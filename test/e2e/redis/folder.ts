/** Data of a run of its own: a node uses its volumes again after a run, with what is in them. */
import type { Redis } from '../../../lib';
import { kubernetes } from '../../../lib/platforms/kubernetes';

/** Lets each server, and each Sentinel, keep its data in a folder of its volume that has this name. */
export function inFolder({ servers, sentinels }: Redis, name: string): void {
  for (const server of [...servers, ...sentinels]) {
    server.tune(kubernetes, ({ statefulSet }) => {
      const [main] = statefulSet?.spec?.template.spec?.containers ?? [];
      for (const mount of main?.volumeMounts ?? []) if (mount.mountPath === '/data') mount.subPath = name;
    });
  }
}
