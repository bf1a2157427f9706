import type { Cell } from '../../platform/platform';
import { autoscaler, disruptionBudget } from './autoscaler';
import { deployment } from './deployment';
import type { KubernetesNatives, KubernetesOptions, ManifestSink } from './natives';
import { networkPolicy } from './network-policy';
import { service, serviceAccount } from './service';

/** The cell of workloads. */
export function workloadCell(options: KubernetesOptions): Cell<'workload', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      const address = service(spec, at, options);
      return {
        deployment: deployment(spec, at, options),
        serviceAccount: serviceAccount(spec, at, options),
        ...(address && { service: address }),
        networkPolicy: networkPolicy(spec, at, options),
        ...(spec.maxUnavailable !== undefined && { disruptionBudget: disruptionBudget(spec.maxUnavailable, spec, at, options) }),
        ...(spec.scaling && { autoscaler: autoscaler(spec.scaling, spec, at, options) }),
      };
    },
    commit(native, _spec, at, out) {
      // what pods need comes before them: a policy that comes later leaves them open for a moment
      const order = ['serviceAccount', 'networkPolicy', 'service', 'deployment', 'disruptionBudget', 'autoscaler'] as const;
      for (const key of order) {
        const manifest = native[key];
        if (manifest) out.add(manifest, at);
      }
    },
  };
}
