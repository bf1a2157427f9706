import type { ObjectProps, ObjectValue } from '../../lib/model/kinds/object';
import type { PostgresProps } from '../postgres/props';
import { databasesOf, type KnownRole } from '../postgres/roles';
import { RESOURCES, type Setting } from '../postgres/settings';
import type { Secret } from '../secrets/secret';
import { bootstrapSql, librariesOf, managedRole, PLUGIN, parametersOf, resourcesOf } from './cloudnative-pg-spec';
import type { CloudNativePgProps } from './engine';

/** What a Cluster is made of. */
export interface ClusterParts {
  readonly name: string;
  readonly props: PostgresProps;
  readonly engine: CloudNativePgProps;
  readonly instances: number;
  readonly roles: readonly KnownRole[];
  /** The secrets of the roles that log in. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Parameters that follow from its size and the environment. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** The name of the ObjectStore that it archives to. */
  readonly store?: string;
}

/** The spec of a Cluster. */
export function clusterSpec(parts: ClusterParts): ObjectProps['spec'] {
  const { name, instances, store } = parts;
  const { version, vector, image, size, storageClass, resources = RESOURCES, placement } = parts.props;
  return {
    imageName: image ?? `ghcr.io/cloudnative-pg/postgresql:${version}-${vector ? 'standard' : 'minimal'}-bookworm`,
    instances,
    enableSuperuserAccess: false,
    enablePDB: instances > 1,
    primaryUpdateStrategy: 'unsupervised',
    primaryUpdateMethod: instances > 1 ? 'switchover' : 'restart',
    storage: { size, ...(storageClass !== undefined && { storageClass }) },
    resources: resourcesOf(resources),
    affinity: {
      enablePodAntiAffinity: true,
      podAntiAffinityType: 'preferred',
      topologyKey: 'kubernetes.io/hostname',
      ...(placement?.labels && { nodeSelector: { ...placement.labels } }),
    },
    topologySpreadConstraints: [
      {
        labelSelector: { matchLabels: { 'cnpg.io/cluster': name } },
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
      },
    ],
    postgresql: postgresql(parts),
    bootstrap: { initdb: initdb(parts) },
    managed: { roles: managedRoles(parts) },
    ...certificates(parts),
    ...(store !== undefined && { plugins: [{ name: PLUGIN, isWALArchiver: true, parameters: { barmanObjectName: store } }] }),
  };
}

function postgresql({ props, engine, instances, settings }: ClusterParts): ObjectValue {
  const libraries = librariesOf(props);
  return {
    parameters: parametersOf(settings, props.settings),
    // the operator has its own rules in front, and one behind that lets everybody in without TLS
    pg_hba: ['hostssl all all all scram-sha-256', 'hostnossl all all all reject'],
    ...(libraries.length > 0 && { shared_preload_libraries: libraries }),
    ...((engine.synchronous ?? instances > 2) && { synchronous: { method: 'any', number: 1 } }),
  };
}

function initdb({ props, roles, secrets }: ClusterParts): ObjectValue {
  const { locale = 'C.UTF-8' } = props;
  const [database] = databasesOf(props);
  return {
    ...(database && { database: database.name, owner: database.owner, secret: passwordOf(secrets, database.owner) }),
    dataChecksums: true,
    encoding: 'UTF8',
    localeCollate: locale,
    localeCType: locale,
    ...bootstrapSql(props, roles),
  };
}

/** The owner is made with the database. */
function managedRoles({ props, roles, secrets }: ClusterParts): ObjectValue[] {
  const owners = databasesOf(props).map(({ owner }) => owner);
  return roles.filter(({ name }) => !owners.includes(name)).map((role) => managedRole(role, passwordOf(secrets, role.name)));
}

function passwordOf(secrets: ReadonlyMap<string, Secret>, role: string): ObjectValue | undefined {
  const secret = secrets.get(role);
  return secret && { name: { secretName: secret.key('password') } };
}

function certificates({ name, props: { tls }, engine: { pooler } }: ClusterParts): { certificates?: ObjectValue } {
  if (!tls && !pooler) return {};
  return {
    certificates: {
      // PgBouncer shows the certificate of the server; one that is given has to name it as well
      ...(pooler && !tls && { serverAltDNSNames: [`${name}-pooler`] }),
      ...(tls && { serverTLSSecret: { secretName: tls.secret.key('tls.crt') }, serverCASecret: { secretName: tls.secret.key('ca.crt') } }),
    },
  };
}
