import type { Cell } from '../../platform/platform';
import { autoscaler, disruptionBudget } from './autoscaler';
import { deployment } from './deployment';
import type { KubernetesNatives, KubernetesOptions, ManifestSink } from './natives';
import { networkPolicy } from './network-policy';
import { service, serviceAccount } from './service';
import { stateful } from './stateful-set';

/** The cell of workloads. */
export function workloadCell(options: KubernetesOptions): Cell<'workload', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      const address = service(spec, at, options);
      const beside = {
        serviceAccount: serviceAccount(spec, at, options),
        ...(address && { service: address }),
        networkPolicy: networkPolicy(spec, at, options),
        ...(spec.maxUnavailable !== undefined && { disruptionBudget: disruptionBudget(spec.maxUnavailable, spec, at, options) }),
        ...(spec.scaling?.by === 'platform' && { autoscaler: autoscaler(spec.scaling, spec, at, options) }),
      };
      // onto what may answer to `deployment` with an error: a copy would ask it
      if (spec.identity === 'stable') return Object.assign(stateful(spec, at, options), beside);
      return { deployment: deployment(spec, at, options), ...beside };
    },
    commit(native, _spec, at, out) {
      // what pods need comes before them: a policy that comes later leaves them open for a moment
      const runs = native.statefulSet ? 'statefulSet' : 'deployment';
      const order = ['serviceAccount', 'networkPolicy', 'service', 'peers', runs, 'disruptionBudget', 'autoscaler'] as const;
      for (const key of order) {
        const manifest = native[key];
        if (manifest) out.add(manifest, at);
      }
    },
  };
}
