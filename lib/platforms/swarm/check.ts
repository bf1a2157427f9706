import type { Problem } from '../../model/problems';
import { isExpression } from '../compose/marker';
import type { ComposeService } from '../compose/schema';

type Shape = true | { readonly [key: string]: Shape } | readonly [Shape];

const AMOUNTS = { cpus: true, memory: true } as const;
const UPDATE = { parallelism: true, delay: true, failure_action: true, monitor: true, max_failure_ratio: true, order: true } as const;

/** What the Pulumi provider's services can say of a service of the Compose specification. */
const SERVICE: Shape = {
  image: true,
  entrypoint: true,
  command: true,
  working_dir: true,
  hostname: true,
  environment: true,
  user: true,
  cap_drop: true,
  cap_add: true,
  read_only: true,
  volumes: [{ type: true, source: true, target: true, read_only: true, volume: { nocopy: true }, tmpfs: { size: true, mode: true } }],
  configs: [{ source: true, target: true, mode: true }],
  secrets: [{ source: true, target: true, uid: true, gid: true, mode: true }],
  init: true,
  deploy: {
    replicas: true,
    endpoint_mode: true,
    resources: { limits: AMOUNTS, reservations: AMOUNTS },
    placement: { constraints: true, preferences: [{ spread: true }], max_replicas_per_node: true },
    restart_policy: { condition: true, delay: true, max_attempts: true, window: true },
    update_config: UPDATE,
    rollback_config: UPDATE,
    labels: true,
  },
  stop_grace_period: true,
  stop_signal: true,
  healthcheck: { test: true, interval: true, timeout: true, retries: true, start_period: true },
  ports: [{ target: true, published: true, protocol: true, mode: true }],
  networks: true,
  sysctls: true,
  logging: { driver: true, options: true },
  labels: true,
  extra_hosts: true,
  dns: true,
};

const NETWORK: Shape = {
  name: true,
  driver: true,
  driver_opts: true,
  ipam: { config: [{ subnet: true, gateway: true }] },
  internal: true,
  attachable: true,
  labels: true,
};

const VOLUME: Shape = { name: true, driver: true, driver_opts: true, labels: true };
const SHAPES = {
  workload: SERVICE,
  task: SERVICE,
  network: NETWORK,
  volume: VOLUME,
  route: (SERVICE.ports as readonly [Shape])[0],
} as const;

/** The configs and secrets of a stack, by their names in its document. */
export interface Known {
  /** Configs. */
  readonly configs: ReadonlySet<string>;
  /** Secrets. */
  readonly secrets: ReadonlySet<string>;
}

/** Reports what an edit added that the provider has no argument for, so that nothing is dropped without a word. */
export function untranslatable(kind: keyof typeof SHAPES, native: object, path: string): Problem[] {
  const problems: Problem[] = [];
  visit(native, SHAPES[kind], '', (where, what, value, fix) => problems.push({ path: `${path}: ${where}`, what, value, fix }));
  return problems;
}

/** Reports files of an edited service that are none of the stack's. */
export function unknownFiles({ configs = [], secrets = [] }: ComposeService, known: Known, path: string): Problem[] {
  const problem = (where: string, what: string, value: string) => ({
    path: `${path}: ${where}`,
    what,
    value,
    fix: 'mount a file of ConfigFiles or of a secret, or deploy a stack file',
  });
  return [
    ...configs.flatMap(({ source }, i) =>
      known.configs.has(source) ? [] : [problem(`configs.${i}.source`, 'the stack has no config of that name', source)],
    ),
    ...secrets.flatMap(({ source }, i) =>
      known.secrets.has(source) ? [] : [problem(`secrets.${i}.source`, 'the stack has no secret of that name', source)],
    ),
  ];
}

type Report = (where: string, what: string, value: unknown, fix: string) => void;

function visit(value: unknown, shape: Shape, where: string, report: Report): void {
  if (typeof value !== 'object' || value === null) {
    if (where.endsWith('max_failure_ratio') && typeof value === 'number' && Math.round(value * 10) / 10 !== value) {
      report(where, "Pulumi's Docker provider keeps one decimal of the ratio", value, 'use a multiple of 0.1');
    }
    return;
  }
  if (isExpression(value)) report(where, 'variables exist only in files', value.expression, 'use a value, a secret, or an Output');
  if (shape === true) {
    if (where === 'environment' || where === 'labels')
      for (const [name, one] of Object.entries(value)) visit(one, true, `${where}.${name}`, report);
    return;
  }
  if (isList(shape)) {
    if (Array.isArray(value)) for (const [i, one] of value.entries()) visit(one, shape[0], `${where}.${i}`, report);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined || key.startsWith('x-')) continue;
    const at = where ? `${where}.${key}` : key;
    const known = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (known) visit(inner, known, at, report);
    else if (!isExpression(value))
      report(at, "Pulumi's Docker provider has no argument for it", inner, 'leave it out, or deploy a stack file');
  }
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
