import type * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { SecretSpec } from '../../model/kinds/secret';
import type { Part } from '../../model/part';

/** A value of an argument, without the ways in which it may come later. */
export type Plain<I> = Exclude<I, PromiseLike<unknown> | pulumi.OutputInstance<unknown>>;
/** A value that nothing is within. */
export type Leaf = string | number | boolean | undefined;
/** An argument that can be edited before it is handed over. */
export type Draft<V> = [V] extends [Leaf]
  ? pulumi.Input<V>
  : [V] extends [readonly (infer E)[] | undefined]
    ? Draft<Plain<E>>[] | Extract<V, undefined>
    : V extends object
      ? { -readonly [K in keyof V]: Draft<Plain<V[K]>> }
      : V;

/** A provider's arguments while they can still be edited: lists and objects are plain, only single values may be late. */
export type Editable<Args> = { -readonly [K in keyof Args]: Draft<Plain<Args[K]>> };

/** One container, as it will be made. */
export interface DockerContainer {
  /** The container's name, also its logical name in Pulumi. */
  readonly name: string;
  /** Which container of the workload it is an instance of: `main`, or the name of a sidecar. */
  readonly role: string;
  /** Arguments of the provider. Networks and volumes are named by the names of this stack. */
  readonly args: Editable<docker.ContainerArgs>;
  /** Environment variables with secret values, by name: where the value stands in the stack's secret config. */
  readonly secretEnvs: Record<string, SecretReference>;
  /** Most processes and threads; set after creation, since the provider has no argument for it. */
  pids?: number;
  /** Sees the processes of the replica's main container. */
  shareProcesses?: boolean;
}

/** Where a secret value stands. */
export interface SecretReference {
  /** The secret. */
  readonly spec: SecretSpec;
  /** The key of the value within it. */
  readonly key: string;
}

/** Docker's native objects, by kind. */
export type DockerNatives = {
  /** Main containers, each followed by its sidecars. */
  readonly workload: { readonly containers: DockerContainer[] };
  readonly volume: { readonly args: Editable<docker.VolumeArgs> };
  readonly network: { readonly args: Editable<docker.NetworkArgs> };
  readonly secret: Record<string, never>;
  readonly route: { readonly address: string; readonly port: number };
};

/** Where committed resources go. */
export interface DockerOut {
  /** The provider's SDK, loaded only when Docker is the platform. */
  readonly sdk: typeof docker;
  /** The parent of all resources. */
  readonly parent: pulumi.Resource;
  /** What is put before the names of containers, volumes and networks on the host. */
  readonly prefix: string;
  /** Architecture of the host. */
  readonly architecture: 'amd64' | 'arm64';
  /** Address of the engine for the docker command; the environment's if absent. */
  readonly host: pulumi.Input<string> | undefined;
  /** Secret values. */
  secret(reference: SecretReference): pulumi.Output<string>;
  /** Networks by their name in this stack. */
  readonly networks: Map<string, docker.Network>;
  /** Volumes by their name in this stack. */
  readonly volumes: Map<string, docker.Volume>;
  /** Containers that must run before those that depend on their workload. */
  readonly containers: Map<Part, pulumi.Resource[]>;
  /** What brings the prober into its volume. */
  prober?: pulumi.Resource;
}
