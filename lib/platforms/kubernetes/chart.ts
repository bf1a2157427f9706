import { Chart, type ChartProps } from 'cdk8s';
import { Construct } from 'constructs';
import { Environment } from '../../model/environment';
import { setChartSettings } from './chart-plan';
import type { KubernetesOptions } from './natives';

/** What a user may say of a chart. */
export interface IronhullChartProps {
  /** The environment of everything in the chart. @default - that of the app; production if none was chosen */
  readonly environment?: Environment;
  /** The namespace of everything in the chart. @default - none is written: that of the client */
  readonly namespace?: string;
  /**
   * Whether the namespace is made, guarded by Pod Security admission. Its level is `restricted` unless a workload
   * that takes security off could not run there.
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * Whether a NetworkPolicy beside a namespace that is made refuses whatever no other policy allows, also to and from pods
   * that somebody else puts there: without policies of their own they cannot even look names up.
   * @default true
   */
  readonly defaultDeny?: boolean;
  /** The system's name without its environment: the label `app.kubernetes.io/part-of`. @default - the namespace, or the id */
  readonly system?: string;
  /** Labels of every object. @default - none beside the recommended ones */
  readonly labels?: Readonly<Record<string, string>>;
  /** When the kubelet asks the registry for an image. @default 'Always' */
  readonly imagePullPolicy?: KubernetesOptions['imagePullPolicy'];
  /** Architecture of the nodes on which pods wait for others with the prober. @default 'amd64' */
  readonly architecture?: KubernetesOptions['architecture'];
  /**
   * Image of kubectl, with which a finished task leaves the mark that others wait for.
   * @default 'registry.k8s.io/kubectl:v1.34.1'
   */
  readonly kubectlImage?: string;
  /** Addresses of the API server in CIDR notation, to which such a task may connect. @default - any, on ports 443 and 6443 */
  readonly apiServer?: readonly string[];
}

/**
 * A chart of one system in one environment.
 *
 * The library's constructs also work under any plain cdk8s Chart; this one also makes the namespace and knows the
 * environment.
 */
export class IronhullChart extends Chart {
  constructor(scope: Construct, id: string, props: IronhullChartProps = {}) {
    const chartProps: ChartProps = {
      ...(props.namespace !== undefined && { namespace: props.namespace }),
      ...(props.labels && { labels: { ...props.labels } }),
    };
    super(scope, id, chartProps);
    if (props.environment) Environment.set(this, props.environment);
    // a plain app.synth() writes objects in the order of the tree: the namespace belongs first
    if (props.namespace !== undefined && props.createNamespace !== false) new Construct(this, 'Namespace');
    setChartSettings(this, {
      ...(props.system !== undefined && { system: props.system }),
      createNamespace: props.createNamespace ?? true,
      defaultDeny: props.defaultDeny ?? true,
      ...(props.imagePullPolicy && { imagePullPolicy: props.imagePullPolicy }),
      cluster: {
        ...(props.architecture && { architecture: props.architecture }),
        ...(props.kubectlImage !== undefined && { kubectlImage: props.kubectlImage }),
        ...(props.apiServer && { apiServer: [...props.apiServer] }),
      },
    });
  }
}
