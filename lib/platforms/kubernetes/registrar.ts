import type * as pulumi from '@pulumi/pulumi';
import type { FinishedManifest } from './finish';

type ResourceClass = new (name: string, args: object, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** What is the same for all resources of a deployment. */
export interface RegistrarOptions {
  /** Parent of all resources. */
  readonly parent: pulumi.Resource;
  /** The Kubernetes provider. @default - the parent's, or the default provider */
  readonly provider?: pulumi.ProviderResource;
}

/** Registers finished manifests as resources of @pulumi/kubernetes. */
export class Registrar {
  constructor(private readonly options: RegistrarOptions) {}

  /**
   * Registers an object. Its logical name is made of kind, namespace and name, so that moving a construct changes no URN.
   *
   * @param args the finished manifest, in which Outputs may stand
   */
  register(manifest: FinishedManifest, args: object, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
    const { kind, metadata } = manifest;
    const name = [lowerFirst(kind), metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
    const { parent, provider } = this.options;
    const type = typedClass(manifest.apiVersion, kind) ?? customResource();
    return new type(name, args, { ...opts, parent, ...(provider && { provider }) });
  }
}

const classes = new Map<string, ResourceClass | undefined>();

/** The class of a kind, of which only its own module is loaded: all of @pulumi/kubernetes takes seconds. */
function typedClass(apiVersion: string, kind: string): ResourceClass | undefined {
  const key = `${apiVersion}/${kind}`;
  if (!classes.has(key)) classes.set(key, load(apiVersion, kind));
  return classes.get(key);
}

function load(apiVersion: string, kind: string): ResourceClass | undefined {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['core', apiVersion];
  if (!/^[a-z]+(\.[a-z]+)*\.k8s\.io$|^[a-z]+$/.test(group) || !/^v\d\w*$/.test(version) || !/^\w+$/.test(kind)) return undefined;
  for (const file of [lowerFirst(kind), kind.toLowerCase()]) {
    const path = `@pulumi/kubernetes/${group.split('.')[0]}/${version}/${file}`;
    try {
      return (require(path) as Record<string, ResourceClass>)[kind];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

function customResource(): ResourceClass {
  return (require('@pulumi/kubernetes/apiextensions/customResource') as { CustomResource: ResourceClass }).CustomResource;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
