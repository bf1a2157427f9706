import { Construct } from 'constructs';
import { type BadInput, root } from './case';
import { CELERY } from './celery';
import { CLUSTERS } from './cloudnative-pg';
import { CONNECTIONS } from './connections';
import { HARDENING, IMAGES } from './containers';
import { FILES } from './files';
import { MONITORS } from './monitors';
import { NAMES } from './names';
import { NETWORKS } from './networks';
import { PORTS } from './ports';
import { POSTGRES } from './postgres';
import { QUESTDB } from './questdb';
import { REDIS } from './redis';
import { OPERATED } from './redis-operator';
import { RUNNING } from './running';
import { SCHEDULES } from './schedules';
import { SECRETS } from './secrets';
import { SHAPES } from './shapes';
import { STABLE } from './stable';
import { TEMPORAL } from './temporal';
import { RESOURCES, TEXTS } from './values';
import { WORKERS } from './worker';

/** Every mistake, with the id under which it is built. */
export const ALL: readonly (BadInput & { readonly id: string })[] = [
  ...NAMES,
  ...IMAGES,
  ...HARDENING,
  ...RESOURCES,
  ...TEXTS,
  ...PORTS,
  ...RUNNING,
  ...SCHEDULES,
  ...NETWORKS,
  ...SHAPES,
  ...STABLE,
  ...CONNECTIONS,
  ...SECRETS,
  ...FILES,
  ...POSTGRES,
  ...CLUSTERS,
  ...WORKERS,
  ...CELERY,
  ...QUESTDB,
  ...REDIS,
  ...OPERATED,
  ...TEMPORAL,
  ...MONITORS,
].map((one, i) => ({ ...one, id: `c${i}`, message: one.message.replaceAll('#', `c${i}`) }));

/** A tree with these mistakes in it. */
export function treeOf(cases: readonly (BadInput & { readonly id: string })[], scope: Construct = root()): Construct {
  for (const { id, build } of cases) build(new Construct(scope, id));
  return scope;
}
