import type { IConstruct } from 'constructs';
import { type Connectable, ServiceNetwork } from '../../lib/model/edges/network-facet';
import { type ExternalPeer, isPeer, Peers } from '../../lib/model/edges/peers';
import type { ObjectValue, ServiceAddress } from '../../lib/model/kinds/object';
import type { SecretFile } from '../../lib/model/kinds/secret';
import { nameOf } from '../../lib/model/names';
import type { Part } from '../../lib/model/part';
import { tryDuration } from '../../lib/model/values/quantities';
import type { ScalingProps } from '../../lib/model/workload/rollout-props';
import { OperatorObject } from '../operator-object/operator-object';
import type { QueueScalingProps } from './props';
import { isRedis, type WorkerQueue } from './queues';

const GROUP = 'keda.sh/v1alpha1';
const ELSEWHERE = 'there is no operator: the number of replicas is fixed, as the acknowledgement of autoscaling says';
const KEDA = Peers.pods({ app: 'keda-operator' }, { 'kubernetes.io/metadata.name': 'keda' });

/** Replicas where nothing scales. */
export function fixedReplicas({ min = 1, fixed }: QueueScalingProps): number {
  return fixed ?? Math.max(1, min);
}

/** What the service is told: that an operator sets the number of its replicas. */
export function operated(scaling: QueueScalingProps): ScalingProps {
  const min = fixedReplicas(scaling);
  return { by: 'operator', min, max: Math.max(min, scaling.max) };
}

/** The objects by which KEDA scales a worker. */
export function makeScaler(scope: IConstruct, queue: WorkerQueue, scaling: QueueScalingProps, concurrency: number): OperatorObject {
  const acknowledge = { 'operator.object': ELSEWHERE };
  const { min = 1, max, jobsPerReplica = 5 * concurrency, interval = '15s', cooldown = '5m', operator = KEDA } = scaling;
  const seconds = (value: string, otherwise: number) => Math.round((tryDuration(value) ?? otherwise * 1000) / 1000);
  const { login, authority } = queue;
  const secrets = [...(login ? [readFrom('password', login.password)] : []), ...(authority ? [readFrom('ca', authority)] : [])];
  const authentication =
    secrets.length > 0
      ? new OperatorObject(scope, 'QueueLogin', {
          apiVersion: GROUP,
          kind: 'TriggerAuthentication',
          spec: { secretTargetRef: secrets },
          acknowledge,
        })
      : undefined;
  const reference = authentication && { authenticationRef: { name: nameOf(authentication) } };
  const triggers = triggersOf(queue, String(jobsPerReplica)).map((trigger) => ({ ...trigger, ...reference }));
  if (!isPeer(queue.store)) letIn(queue.store, { ...operator, ports: [queue.port] });
  return new OperatorObject(scope, 'Scaler', {
    apiVersion: GROUP,
    kind: 'ScaledObject',
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: nameOf(scope) },
      pollingInterval: seconds(interval, 15),
      cooldownPeriod: seconds(cooldown, 300),
      minReplicaCount: min,
      maxReplicaCount: max,
      // whoever cannot ask the queue takes no worker away
      fallback: { failureThreshold: 3, replicas: fixedReplicas(scaling) },
      advanced: {
        horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: seconds(cooldown, 300) } } },
      },
      triggers,
    },
    acknowledge,
  });
}

/** A parameter of a trigger that KEDA reads from a Secret. @see https://keda.sh/docs/latest/scalers/redis-lists/ */
function readFrom(parameter: string, { secret, key }: SecretFile): ObjectValue {
  return { parameter, name: { secretName: { secret, key } }, key };
}

function letIn(store: Connectable, operator: ExternalPeer): void {
  store.network.allowFrom(operator);
}

function triggersOf(queue: WorkerQueue, jobs: string): readonly { readonly type: string; readonly metadata: ObjectValue }[] {
  const { kind, names, login, database = 0, tls, group, namespace } = queue;
  const [name = ''] = names;
  if (isRedis(queue)) {
    const server = {
      address: addressOf(queue),
      databaseIndex: String(database),
      enableTLS: String(tls),
      ...(login && { username: login.user }),
    };
    if (kind !== 'redis-stream') return names.map((listName) => ({ type: 'redis', metadata: { ...server, listName, listLength: jobs } }));
    return [{ type: 'redis-streams', metadata: { ...server, stream: name, ...(group && { consumerGroup: group }), lagCount: jobs } }];
  }
  if (kind === 'temporal')
    return [
      { type: 'temporal', metadata: { endpoint: addressOf(queue), namespace, taskQueue: name, targetQueueSize: jobs } as ObjectValue },
    ];
  return [
    {
      type: 'rabbitmq',
      metadata: {
        host: addressOf(queue, 'amqp://'),
        vhostName: namespace ?? '/',
        protocol: 'amqp',
        queueName: name,
        mode: 'QueueLength',
        value: jobs,
        // the name stands in the worker's own environment, and nowhere else can this scaler find it
        ...(login && { usernameFromEnv: 'AMQP_USER' }),
      },
    },
  ];
}

/** KEDA is in a namespace of its own, where the name of a service alone says nothing. */
function addressOf({ store, host, port }: WorkerQueue, scheme = ''): string | ServiceAddress {
  const part = isPeer(store) ? undefined : (ServiceNetwork.partOf(store) as Part<'workload' | 'object'> | undefined);
  return part ? { addressOf: part, host, port, ...(scheme !== '' && { scheme }) } : `${scheme}${host}:${port}`;
}
