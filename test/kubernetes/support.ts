import { App } from 'cdk8s';
import { Environments, HardenedService, type HardenedServiceProps } from '../../lib';
import { IronhullChart, type IronhullChartProps, synthesize } from '../../lib/platforms/kubernetes';

/** A digest that is well formed. */
export const DIGEST = `sha256:${'5'.repeat(64)}`;
/** An image that nothing objects to. */
export const IMAGE = `registry.example/team/web:1.4.2@${DIGEST}`;

// biome-ignore lint/suspicious/noExplicitAny: any field of any object; the assertions are the types
export type Any = any;

/** A chart in an app of its own. */
export function chartOf(props: IronhullChartProps = {}, id = 'shop', app = new App()): IronhullChart {
  return new IronhullChart(app, id, { environment: Environments.production, namespace: 'shop', ...props });
}

/** All objects of all charts, by `Kind/name`. */
export function objectsOf(chart: IronhullChart): Record<string, Any> {
  const all = [...synthesize(chart.node.root).manifests.values()].flat();
  return Object.fromEntries(all.map((manifest) => [`${manifest.kind}/${manifest.metadata.name}`, manifest]));
}

/** The objects of one service named `web`. */
export function web(props: Partial<HardenedServiceProps> = {}, chart: IronhullChartProps = {}): Record<string, Any> {
  const made = chartOf(chart);
  new HardenedService(made, 'web', { image: IMAGE, ...props });
  return objectsOf(made);
}
