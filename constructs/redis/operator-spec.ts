import type { ObjectProps, ObjectValue } from '../../lib/model/kinds/object';
import type { SecretKey } from '../../lib/model/kinds/secret';
import type { Part } from '../../lib/model/part';
import { resourcesOf } from '../postgres-with-backup/cloudnative-pg-spec';
import { EXPORTER_IMAGE } from './exporter';
import type { RedisProps, RedisSetting } from './props';
import { DATA, keptAs } from './scripts';
import { type Persistence, RESOURCES, settingsFile, settingsOf } from './settings';

/** What the Sentinels call the server that is written to. */
export const PRIMARY = 'primary';
/** The file that the operator's configuration includes at its end, and so the last word. */
export const CONFIG_FILE = 'redis-additional.conf';
/** What the operator writes into its own configuration, or reads of it. */
const DECIDED = /^(bind|protected-mode|unixsocket.*|aclfile|port|tls-(?!protocols$).*|cluster-.*)$/;
const TLS = '/tls';
const CONTAINER = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
} as const;
/** It has a minute to write down what it has. */
const SERVER = { securityContext: CONTAINER, terminationGracePeriodSeconds: 60 } as const;
/** A Sentinel, and what writes its configuration before. */
const SENTINEL = { cpu: { limit: '200m', reservation: '20m' }, memory: { limit: '128Mi', reservation: '32Mi' } } as const;
const EXPORTER = { cpu: { limit: '200m', reservation: '10m' }, memory: { limit: '64Mi', reservation: '32Mi' } } as const;

/** What the objects are made of. */
export interface OperatedParts {
  readonly props: RedisProps;
  readonly persistence: Persistence;
  /** The password of `default`. */
  readonly password: SecretKey;
  /** The parameters, in a file called `CONFIG_FILE`. */
  readonly config: Part<'config'>;
}

type Spec = ObjectProps['spec'];

/** The parameters that the operator does not decide. */
export function operatedSettings(props: RedisProps, persistence: Persistence): string {
  const { settings, ...rest } = props;
  const paths = { certificate: '', privateKey: '', authority: '' };
  const usual = settingsOf({ props: rest, persistence, ...(props.tls && { tls: paths }) });
  const ours = Object.fromEntries(Object.entries(usual).filter(([name]) => !DECIDED.test(name)));
  // its own times of snapshots are forgotten first
  const save: Record<string, RedisSetting> = {
    save: ['""', ...[ours.save ?? []].flat().map(String)].filter((one, n) => n === 0 || one !== '""'),
  };
  return settingsFile({ ...ours, ...save, ...settings });
}

/** The spec of a Redis: one server. */
export function standaloneSpec(parts: OperatedParts): Spec {
  return {
    ...common(parts),
    ...SERVER,
    redisConfig: configOf(parts),
    storage: storage(parts),
    ...placed(parts.props),
    ...probes(parts.props),
  };
}

/** The spec of a RedisReplication: servers of which one is written to. */
export function replicationSpec(parts: OperatedParts, size: number, pods: Labels): Spec {
  return {
    clusterSize: size,
    ...standaloneSpec(parts),
    ...together(pods),
    pdb: { enabled: true, maxUnavailable: 1 },
  };
}

/** The spec of a RedisSentinel, which watches a RedisReplication. */
export function sentinelSpec(parts: OperatedParts, replication: string, size: number, pods: Labels): Spec {
  const { props, password } = parts;
  const image = imageOf(props);
  return {
    clusterSize: size,
    kubernetesConfig: { image, redisSecret: password, resources: resourcesOf(SENTINEL) },
    redisSentinelConfig: {
      redisReplicationName: replication,
      redisReplicationPassword: { secretKeyRef: password },
      masterGroupName: PRIMARY,
      quorum: String(Math.floor(size / 2) + 1),
      downAfterMilliseconds: '5000',
      failoverTimeout: '30000',
      parallelSyncs: '1',
    },
    ...pod(props),
    ...SERVER,
    ...placed(props),
    ...together(pods),
    pdb: { enabled: true, maxUnavailable: 1 },
    // one that was told nothing yet is not ready, and each is told by itself
    podManagementPolicy: 'Parallel',
    readinessProbe:
      probe(`address=$(REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli -p 26379 sentinel get-master-addr-by-name ${PRIMARY} | head -n 1)
[ -n "$address" ] && [ "$address" != 0.0.0.0 ]`),
    livenessProbe: { ...probe('redis-cli -p 26379 ping | grep -q .'), failureThreshold: 6 },
  };
}

/** The spec of a RedisCluster. */
export function clusterSpec(parts: OperatedParts, shards: number, copies: number, pods: Labels): Spec {
  const { props } = parts;
  const each = (replicas: number) => ({
    replicas,
    ...SERVER,
    ...placed(props),
    ...together(pods),
    redisConfig: configOf(parts),
    pdb: { enabled: true, maxUnavailable: 1 },
    ...probes(props),
  });
  const own = storage(parts);
  return {
    clusterSize: shards,
    clusterVersion: 'v7',
    persistenceEnabled: true,
    ...common(parts),
    redisLeader: each(shards),
    redisFollower: each(shards * copies),
    storage: { ...own, nodeConfVolume: true, nodeConfVolumeClaimTemplate: claim('64Mi', props.storageClass) },
  };
}

type Labels = Readonly<Record<string, string>>;

function common({ props, password, persistence }: OperatedParts): { readonly [key: string]: ObjectValue } {
  const { exporter = EXPORTER_IMAGE, tls, resources = RESOURCES } = props;
  return {
    kubernetesConfig: { image: imageOf(props), redisSecret: password, resources: resourcesOf(resources) },
    ...(exporter !== false && {
      redisExporter: {
        enabled: true,
        image: exporter,
        port: 9121,
        resources: resourcesOf(EXPORTER),
        securityContext: CONTAINER,
        // CONFIG GET shows the password
        env: [{ name: 'REDIS_EXPORTER_CONFIG_COMMAND', value: '-' }],
      },
    }),
    ...pod(props, persistence),
    ...(tls && {
      TLS: {
        cert: tls.certificate ?? 'tls.crt',
        key: tls.privateKey ?? 'tls.key',
        ca: tls.authority ?? 'ca.crt',
        secret: { secretName: { secretName: tls.secret.key(tls.certificate ?? 'tls.crt') }, defaultMode: 0o440 },
      },
    }),
  };
}

/**
 * What a pod has, and what runs in front of a server that keeps data. The operator gives its rights, also where it is not there, to what writes
 * the configuration.
 */
function pod(props: RedisProps, persistence: Persistence = 'none'): { readonly [key: string]: ObjectValue } {
  const [user, group] = (props.user ?? '999:999').split(':').map(Number);
  return {
    podSecurityContext: {
      runAsUser: user as number,
      runAsGroup: group as number,
      fsGroup: group as number,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    initContainer: {
      image: imageOf(props),
      securityContext: CONTAINER,
      ...(persistence === 'none'
        ? { enabled: false }
        : { enabled: true, command: ['sh', '-c', keptAs(persistence)], resources: resourcesOf(EXPORTER) }),
    },
  };
}

const imageOf = ({ image = 'redis:7.4-bookworm' }: RedisProps) => image;
const configOf = ({ config }: OperatedParts) => ({ additionalRedisConfig: { configName: config } });

function placed({ placement }: RedisProps): { readonly [key: string]: ObjectValue } {
  return placement?.labels ? { nodeSelector: { ...placement.labels } } : {};
}

/** Apart from each other, as far as there are nodes and zones. */
function together(pods: Labels): { readonly [key: string]: ObjectValue } {
  const labelSelector = { matchLabels: { ...pods } };
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } },
        ],
      },
    },
    topologySpreadConstraints: [
      { labelSelector, maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  };
}

function claim(size: string, storageClass: string | undefined): ObjectValue {
  return {
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      ...(storageClass !== undefined && { storageClassName: storageClass }),
    },
  };
}

/** The operator deletes volumes with the object unless it is told not to. */
function storage({ props, persistence }: OperatedParts): { readonly [key: string]: ObjectValue } {
  if (persistence !== 'none') return { keepAfterDelete: true, volumeClaimTemplate: claim(props.size, props.storageClass) };
  return {
    keepAfterDelete: true,
    volumeMount: { volume: [{ name: 'scratch', emptyDir: { sizeLimit: '16Mi' } }], mountPath: [{ name: 'scratch', mountPath: DATA }] },
  };
}

/** A server without a password is none: it runs without the configuration that the operator should have written. */
function probes({ tls }: RedisProps): { readonly [key: string]: ObjectValue } {
  const cli = `redis-cli${tls ? ` --tls --cacert ${TLS}/${tls.authority ?? 'ca.crt'}` : ''}`;
  return {
    readinessProbe: probe(`case $(${cli} ping) in NOAUTH*) ;; *) exit 1 ;; esac
[ "$(REDISCLI_AUTH="$REDIS_PASSWORD" ${cli} ping)" = PONG ]`),
    // however long it loads its data, it answers
    livenessProbe: { ...probe(`${cli} ping | grep -q .`), failureThreshold: 6 },
  };
}

const probe = (script: string) => ({
  exec: { command: ['sh', '-c', script] },
  initialDelaySeconds: 5,
  periodSeconds: 10,
  timeoutSeconds: 5,
});
