import { Temporal } from '../../lib';
import { type BadInput, IMAGE } from './case';

const OWN = { image: IMAGE, exporter: false, backup: { enabled: false, reason: 'these cases have no data' } };

/** A service that is right but for these props. */
function service(mistake: string, wrong: object, message: string): BadInput {
  const right = { image: IMAGE, adminTools: IMAGE, ui: false, database: OWN };
  const build: BadInput['build'] = (scope) => new Temporal(scope, 'Flows', { ...right, ...wrong } as never);
  return { mistake, build, message: `app/#/Flows: ${message}` };
}

/** What may be wrong with a Temporal service. */
export const TEMPORAL: readonly BadInput[] = [
  service(
    'no parts of the histories',
    { historyShards: 0 },
    'historyShards: must be a whole number from 1 to 16384, got 0; use 512; it can never be changed',
  ),
  service(
    'databases that Temporal decides',
    { database: { ...OWN, databases: { mine: {} } } },
    'database.databases: are decided by Temporal; leave them out, or pass a Postgres that has temporal and temporal_visibility',
  ),
  service(
    'no namespaces',
    { namespaces: {} },
    "namespaces: a service needs at least one namespace, got {}; write it as { default: { retention: '72h' } }",
  ),
  service(
    'a namespace whose name is none',
    { namespaces: { 'a b': {} } },
    `namespaces: must be letters, digits, dashes, dots and underscores, got "a b"; choose a name such as 'orders'`,
  ),
  service(
    'the namespace of Temporal itself',
    { namespaces: { 'temporal-system': {} } },
    'namespaces: is the one that Temporal has for itself, got "temporal-system"; choose another name',
  ),
  service(
    'a namespace in a word',
    { namespaces: { shop: '72h' } },
    `namespaces.shop: must be an object, got "72h"; write it as { retention: '72h' }`,
  ),
  service(
    'a history that is forgotten at once',
    { namespaces: { shop: { retention: '5m' } } },
    `namespaces.shop.retention: must be at least an hour, got "5m"; use '72h'`,
  ),
  service(
    'a description of two lines',
    { namespaces: { shop: { description: 'a\nb' } } },
    'namespaces.shop.description: must be a text on one line, got "a\\nb"; leave it out',
  ),
  service(
    'a key that is none',
    { dynamicConfig: { 'limit blob': 1 } },
    `dynamicConfig: is no key of the dynamic configuration, got "limit blob"; write it as 'limit.blobSize.error'`,
  ),
  service(
    'no value of the dynamic configuration',
    { dynamicConfig: { 'limit.blobSize.error': null } },
    'dynamicConfig.limit.blobSize.error: needs a value, got null; leave it out',
  ),
];
