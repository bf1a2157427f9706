import { peerProblems } from '../edges/peer-problems';
import { type ExternalPeer, Peers } from '../edges/peers';
import { Part, type Resolution } from '../part';
import { isLabelKey } from '../workload/labels';
import { isObject, Reading } from '../workload/reading';
import { isSecretKey } from '../workload/references';
import type { PortSpec } from '../workload/spec';
import type { SecretKey } from './secret';

/** Stands for the name of the Secret that holds a value, which only the platform knows. */
export interface SecretName {
  /** A value in it. */
  readonly secretName: SecretKey;
}

/** Stands for the name of the ConfigMap of configuration files, which changes with their content. */
export interface ConfigName {
  /** The files. */
  readonly configName: Part<'config'>;
}

/** Stands for the address by which an operator, which is in a namespace of its own, reaches a service of this one. */
export interface ServiceAddress {
  /** What stands in front of it, such as `amqp://`. @default - nothing */
  readonly scheme?: string;
  /** What is reached. */
  readonly addressOf: Part<'workload' | 'object'>;
  /** The name by which its own namespace knows it. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/**
 * What an operator's object may say: JSON, in which a SecretKey stands for `{ name, key }`, a SecretName or ConfigName for a name,
 * and a ServiceAddress for `host.namespace.svc:port`.
 */
export type ObjectValue =
  | string
  | number
  | boolean
  | SecretKey
  | SecretName
  | ConfigName
  | ServiceAddress
  | readonly ObjectValue[]
  | { readonly [key: string]: ObjectValue | undefined };

/** Where what an operator makes is reached. */
export interface ObjectEndpoint {
  /** The Service that the operator makes, in the same namespace. */
  readonly host: string;
  /** TCP ports of its pods by name: `{ postgres: 5432 }`. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Connections that belong to what an operator makes, and are nobody else's. */
export interface InsideProps {
  /** TCP ports on which the pods connect to each other. @default - none */
  readonly pods?: readonly number[];
  /** Others, such as the operator, with the TCP ports that they connect to. @default - nobody */
  readonly peers?: readonly ExternalPeer[];
}

/** What a user may say of an object that an operator acts on. */
export interface ObjectProps {
  /** Group and version: `postgresql.cnpg.io/v1`. */
  readonly apiVersion: string;
  /** Kind: `Cluster`. */
  readonly kind: string;
  /** Its spec, as the operator's definition of it says. */
  readonly spec: { readonly [key: string]: ObjectValue | undefined };
  /** Where it is reached; needs `pods`. @default - nowhere */
  readonly endpoint?: ObjectEndpoint;
  /** Labels of the pods that the operator makes of it; edges then decide who connects to them, and where they connect. @default - none */
  readonly pods?: Readonly<Record<string, string>>;
  /** Who connects beside those that edges let in. @default - nobody */
  readonly inside?: InsideProps;
  /** Whether these pods talk to the API server. @default false */
  readonly usesApiServer?: boolean;
}

/** What is true of an object that an operator acts on. */
export interface ObjectSpec extends Pick<ObjectProps, 'apiVersion' | 'kind' | 'spec'> {
  /** The Service by which it is reached. */
  readonly host?: string;
  /** Ports of its pods. */
  readonly ports: readonly PortSpec[];
  /** Labels of the pods that are made of it. */
  readonly pods?: Readonly<Record<string, string>>;
  /** TCP ports on which its pods connect to each other. */
  readonly podPorts: readonly number[];
  /** Who connects beside those that edges let in. */
  readonly peers: readonly ExternalPeer[];
  /** Whether these pods talk to the API server. */
  readonly usesApiServer: boolean;
}

/** Whether a value stands for the name of a Secret. */
export function isSecretName(value: unknown): value is SecretName {
  return isObject(value) && 'secretName' in value && isSecretKey(value.secretName) && !Part.isPart(value);
}

/** Whether a value stands for the name of a ConfigMap. */
export function isConfigName(value: unknown): value is ConfigName {
  return isObject(value) && 'configName' in value && Part.isPart(value.configName) && !Part.isPart(value);
}

/** Whether a value stands for the address of a service. */
export function isServiceAddress(value: unknown): value is ServiceAddress {
  return isObject(value) && 'addressOf' in value && Part.isPart(value.addressOf) && !Part.isPart(value);
}

const API_VERSION = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\.[a-z]+\/v[0-9][a-z0-9]*$/;

/** Checks an operator's object. What stands in its spec is the operator's to check. */
export function resolveObject(props: ObjectProps, r: Resolution): ObjectSpec {
  r.feature('operator.object');
  const read = new Reading(r);
  const { apiVersion, kind, endpoint, pods } = props;
  if (typeof apiVersion !== 'string' || !API_VERSION.test(apiVersion))
    read.problem('apiVersion', 'must be the group of an operator and its version', apiVersion, "write it as 'postgresql.cnpg.io/v1'");
  if (typeof kind !== 'string' || !/^[A-Z][A-Za-z0-9]{0,62}$/.test(kind))
    read.problem('kind', 'is no kind of an object', kind, "write it as 'Cluster'");
  if (!isObject(props.spec)) read.problem('spec', 'must be an object', props.spec, 'write it as the definition of the operator says');
  const labels = Object.entries(pods ?? {});
  if (pods !== undefined && (labels.length === 0 || labels.some(([key, value]) => !isLabelKey(key) || typeof value !== 'string')))
    read.problem('pods', 'must be labels that the pods have', pods, "write them as { 'cnpg.io/cluster': 'orders' }");
  if (endpoint !== undefined && pods === undefined)
    read.problem(
      'pods',
      'nobody can be let in without the labels of the pods behind the endpoint',
      undefined,
      'give the labels of the pods',
    );
  const { pods: podPorts = [], peers = [] } = read.object('inside', props.inside, '{ pods: [5432] }');
  for (const { what, value, fix } of [{ ...Peers.pods({ own: '' }), ports: podPorts }, ...peers].flatMap((peer) => peerProblems('', peer)))
    read.problem('inside', what, value, fix);
  for (const { dnsName } of peers)
    if (dnsName !== undefined)
      read.problem(
        'inside.peers',
        'nobody can tell by a DNS name who connects',
        dnsName,
        'use Peers.pods, or Peers.cidr with the addresses',
      );
  return {
    apiVersion,
    kind,
    spec: props.spec,
    ports: endpoint === undefined ? [] : portsOf(endpoint, read),
    ...(typeof endpoint?.host === 'string' && { host: endpoint.host }),
    ...(pods && { pods }),
    podPorts,
    peers,
    usesApiServer: read.flag('usesApiServer', props.usesApiServer, false),
  };
}

function portsOf(endpoint: ObjectEndpoint, read: Reading): PortSpec[] {
  const { host, ports } = endpoint;
  if (typeof host !== 'string' || !/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(host))
    read.problem('endpoint.host', 'must be the name of a Service', host, "write it as 'orders-rw'");
  return Object.entries(isObject(ports) ? ports : {}).map(([name, port]) => {
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      read.problem(`endpoint.ports.${name}`, 'a port must be a whole number from 1 to 65535', port, 'use the number of a TCP port');
    return { name, port, protocol: 'tcp' };
  });
}
