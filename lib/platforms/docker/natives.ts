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
  /** Which container of the workload it is an instance of: `main`, or the name of a sidecar; `main` of a task. */
  readonly role: string;
  /** Arguments of the provider. Networks and volumes are named by the names of this stack. */
  readonly args: Editable<docker.ContainerArgs>;
  /** Environment variables with secret values, by name: where the value stands in the stack's secret config. */
  readonly secretEnvs: Record<string, SecretReference>;
  /** Environment variables that are put together when the container is made, by name: texts, secret and late-bound values. */
  readonly templates: Record<string, TemplatePart[]>;
  /** Folders of read-only files, each in a volume of its own. */
  readonly folders: DockerFolder[];
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

/** A part of a text that is put together late. */
export type TemplatePart = string | SecretReference | pulumi.Input<string>;

/** What a file holds. */
export type DockerFileContent = { content: string } | { contentBase64: string } | { secret: SecretReference };

/** A read-only file in a container. */
export type DockerFile = DockerFileContent & {
  /** Absolute path in the container. */
  readonly path: string;
  /** `0444`, or `0555` if it can be run. */
  permissions: string;
};

/** Files of a container that lie in or below one directory, which is a volume: with what the image has there. */
export interface DockerFolder {
  /** Absolute path in the container. */
  readonly directory: string;
  /** The files. */
  readonly files: DockerFile[];
  /** Paths in it at which something else is mounted: a read-only volume has to have a directory there. */
  readonly mountPoints: string[];
}

/** Docker's native objects, by kind. */
export type DockerNatives = {
  /** Main containers, each followed by its sidecars. */
  readonly workload: { readonly containers: DockerContainer[] };
  /** Its container, which is made and not started: the docker command runs it then. */
  readonly task: { readonly containers: DockerContainer[] };
  readonly volume: { readonly args: Editable<docker.VolumeArgs> };
  readonly network: { readonly args: Editable<docker.NetworkArgs> };
  readonly secret: Record<string, never>;
  /** Files by name. */
  readonly config: { readonly files: Record<string, { content: string } | { contentBase64: string }> };
  /** Nothing: there are no operators. */
  readonly object: object;
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
  /** What changes with values of a secret, known while planning. */
  secretVersion(spec: SecretSpec, keys: readonly string[]): string;
  /** Networks by their name in this stack. */
  readonly networks: Map<string, docker.Network>;
  /** Volumes by their name in this stack. */
  readonly volumes: Map<string, docker.Volume>;
  /** What must be there before those start that wait for a workload or a task. */
  readonly ready: Map<Part, pulumi.Resource[]>;
  /** Volumes with files by their name in this stack, and what fills them. */
  readonly folders: Map<string, Filled>;
  /** What brings the prober into its volume. */
  prober?: pulumi.Resource;
}

/** A volume, and the container that is never started and through which it was filled. */
export interface Filled {
  /** The volume. */
  readonly volume: docker.Volume;
  /** The container. */
  readonly carrier: docker.Container;
}
