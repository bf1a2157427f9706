import { App } from 'cdk8s';
import { RootConstruct } from 'constructs';
import { HardenedService } from '../../lib';
import { kubernetes, synthesize, type WorkloadNative } from '../../lib/platforms/kubernetes';
import { planKubernetes } from '../../lib/platforms/kubernetes/pulumi';
import { type Any, chartOf, IMAGE } from './support';

/** What every way out says of a service that was tuned. */
function saidOf(edit: (native: WorkloadNative) => void): string[][] {
  const make = (): App => {
    const app = new App();
    const chart = chartOf({}, 'shop', app);
    new HardenedService(chart, 'web', { image: IMAGE, ports: { http: 8080 }, sidecars: { proxy: { image: IMAGE } } }).tune(
      kubernetes,
      edit,
    );
    return app;
  };
  const thrown = (run: () => unknown): string[] => {
    try {
      run();
    } catch (error) {
      return (error as Error).message.split('\n').slice(1);
    }
    return [];
  };
  return [
    thrown(() => synthesize(make())).map((line) => line.trim()),
    thrown(() => make().synthYaml()).map((line) => line.replace(/^ *\[shop\] /, '')),
  ];
}

const WEB = 'shop/web: ';
const CASES: [string, (native: Any) => void, string[]][] = [
  [
    'a selector that no pod has',
    (native) => Object.assign(native.deployment.spec.selector.matchLabels, { tier: 'front' }),
    ['spec.selector.matchLabels.tier: is no label of the pod template, got "front"; give both the same label and value'],
  ],
  [
    'pods that lost the label which selects them',
    (native) => Object.assign(native.deployment.spec.template.metadata, { labels: { app: 'web' } }),
    [
      'spec.selector.matchLabels.app.kubernetes.io/instance: is no label of the pod template, got "web"; ' +
        'give both the same label and value',
    ],
  ],
  [
    'a selector of nothing',
    (native) => Object.assign(native.deployment.spec, { selector: {} }),
    ['spec.selector.matchLabels: selects no pods; leave the selector as it was'],
  ],
  [
    'names that are none',
    (native) => {
      native.deployment.metadata.name = 'Web_1';
      native.service.metadata.name = '1-web';
      native.serviceAccount.metadata.name = 7;
    },
    [
      'metadata.name: must be text, got 7; put it in quotes',
      'metadata.name: is no name of a Service, got "1-web"; use a DNS name in lower case',
      'metadata.name: is no name of a Deployment, got "Web_1"; use a DNS name in lower case',
    ],
  ],
  [
    'labels and annotations',
    (native) => {
      native.deployment.spec.template.metadata.labels.build = 7;
      native.deployment.metadata.labels['a b'] = 'x';
      native.deployment.metadata.labels.mail = 'team@shop.example';
      native.service.metadata.annotations = { 'a/b/c': 'x', 'shop.example/on': true };
    },
    [
      'metadata.annotations.a/b/c: is no key of a label or annotation, got "a/b/c"; ' +
        "use letters, digits, '-', '_' and '.', after a DNS name and a slash",
      'metadata.annotations.shop.example/on: must be text, got true; put it in quotes',
      'metadata.labels.a b: is no key of a label or annotation, got "a b"; ' +
        "use letters, digits, '-', '_' and '.', after a DNS name and a slash",
      `metadata.labels.mail: is no label value, got "team@shop.example"; use at most 63 letters, digits, '-', '_' and '.'`,
      'spec.template.metadata.labels.build: must be text, got 7; put it in quotes',
    ],
  ],
  [
    'containers',
    ({ deployment: { spec } }) => {
      spec.template.spec.containers.push({ name: 'proxy', image: IMAGE }, { image: IMAGE });
      spec.template.spec.initContainers = [{ name: 'web', image: IMAGE }];
    },
    [
      'spec.template.spec.containers[0].name: another container of the pod has the same name, got "web"; choose another',
      'spec.template.spec.containers[2].name: another container of the pod has the same name, got "proxy"; choose another',
      'spec.template.spec.containers[3].name: must be text; put it in quotes',
    ],
  ],
];

test.each(CASES)('%s: a problem with its place', (_name, edit, expected) => {
  for (const said of saidOf(edit)) expect(said).toEqual(expected.map((line) => WEB + line));
});

test('what is right stays as it was tuned', () => {
  const edit = ({ deployment }: WorkloadNative) => {
    deployment.metadata.labels['shop.example/tier'] = '';
    deployment.spec.template.metadata = { ...deployment.spec.template.metadata, annotations: { note: 'any text: at all\n' } };
  };
  expect(saidOf(edit)).toEqual([[], []]);
});

test('through Pulumi a label may be known later, a name may not', () => {
  const later = { apply: () => undefined };
  const root = new RootConstruct('shop');
  const web = new HardenedService(root, 'web', { image: IMAGE });
  web.tune(kubernetes, ({ deployment, serviceAccount }) => {
    deployment.metadata.labels.version = later as Any;
    serviceAccount.metadata.name = later as Any;
  });
  const { problems } = planKubernetes(root, { name: 'shop' }).plan;
  expect(problems.map(({ path, what }) => `${path} ${what}`)).toEqual(['shop/web: metadata.name must be text']);
});
