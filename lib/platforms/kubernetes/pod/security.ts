import type { PodSecurityContext, SecurityContext } from 'kubernetes-types/core/v1';
import { SAFE_SYSCTLS } from '../../../model/workload/group';
import type { ContainerSpec, GroupSpec } from '../../../model/workload/spec';

/** The security context of a container: everything off that was not asked for. */
export function containerSecurity(spec: ContainerSpec): SecurityContext {
  return {
    allowPrivilegeEscalation: spec.allowPrivilegeEscalation,
    // NET_RAW is one of ALL; some admission policies look for it by name
    capabilities: {
      ...(spec.capabilities.length > 0 && { add: [...spec.capabilities] }),
      drop: spec.capabilities.includes('NET_RAW') ? ['ALL'] : ['ALL', 'NET_RAW'],
    },
    privileged: false,
    readOnlyRootFilesystem: spec.readOnlyRoot,
    runAsGroup: spec.gid,
    runAsNonRoot: spec.uid !== 0,
    runAsUser: spec.uid,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** The security context of the pod. */
export function podSecurity(spec: GroupSpec): PodSecurityContext {
  const { uid, gid } = spec.main;
  // a kubelet refuses the whole pod for one of the others
  const sysctls = Object.entries(spec.sysctls).filter(([name]) => SAFE_SYSCTLS.has(name));
  return {
    fsGroup: gid,
    fsGroupChangePolicy: 'OnRootMismatch',
    runAsGroup: gid,
    runAsNonRoot: uid !== 0 && spec.sidecars.every((sidecar) => sidecar.uid !== 0),
    runAsUser: uid,
    seccompProfile: { type: 'RuntimeDefault' },
    ...(sysctls.length > 0 && { sysctls: sysctls.map(([name, value]) => ({ name, value })) }),
  };
}

/** A level of Pod Security admission. @see https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export type PodSecurityLevel = 'restricted' | 'baseline' | 'privileged';

const BASELINE = new Set(
  ('AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID ' + 'SYS_CHROOT').split(' '),
);

/** The strictest level at which the containers of a workload are admitted. */
export function levelOf(spec: GroupSpec): PodSecurityLevel {
  const containers = [spec.main, ...spec.sidecars];
  if (containers.some((one) => one.capabilities.some((capability) => !BASELINE.has(capability)))) return 'privileged';
  const restricted = containers.every(
    (one) => one.uid !== 0 && !one.allowPrivilegeEscalation && one.capabilities.every((capability) => capability === 'NET_BIND_SERVICE'),
  );
  return restricted ? 'restricted' : 'baseline';
}
