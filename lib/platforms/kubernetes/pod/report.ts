import type { Container } from 'kubernetes-types/core/v1';
import type { TaskSpec } from '../../../model/workload/spec';
import type { KubernetesOptions } from '../natives';
import { SMALL } from './gates';
import { containerSecurity } from './security';
import type { PodVolumes } from './volumes';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** What tells nothing to anybody. */
const DEFAULT_IMAGE = 'registry.k8s.io/kubectl:v1.34.1';

/**
 * The container that leaves the mark of a finished task: the only one that has a token of the API server, which permits
 * nothing but to write that mark.
 */
export function reporter(spec: TaskSpec, options: KubernetesOptions, volumes: PodVolumes): Container {
  const token = volumes.add('report', (name) => ({
    name,
    projected: {
      defaultMode: 0o440,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3600, path: 'token' } },
        { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
        { downwardAPI: { items: [{ fieldRef: { fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
      ],
    },
  }));
  return {
    command: ['kubectl', 'patch', 'configmap', '$(JOB)', '--type=merge', '--patch={"data":{"done":"true"}}'],
    // the name is not known here: it is made of all of this
    env: [{ name: 'JOB', valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } } }],
    image: options.kubectlImage ?? DEFAULT_IMAGE,
    imagePullPolicy: options.imagePullPolicy ?? 'Always',
    name: 'report',
    resources: {
      limits: { cpu: '500m', 'ephemeral-storage': '16Mi', memory: '128Mi' },
      requests: { ...SMALL.requests, memory: '64Mi' },
    },
    securityContext: containerSecurity({ ...spec.main, capabilities: [], readOnlyRoot: true, allowPrivilegeEscalation: false }),
    volumeMounts: [{ mountPath: ACCOUNT, name: token, readOnly: true }],
  };
}
