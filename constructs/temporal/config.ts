import { DATABASES, OWNER, type TemporalStore } from './database';
import type { TemporalProps, TemporalSetting } from './props';

/** Ports of the service. The other three roles listen for each other only. */
export const PORTS = { grpc: 7233, http: 7243, metrics: 9090 } as const;

/** What the configuration depends on. */
export interface ServerConfig extends Pick<TemporalProps, 'logLevel'> {
  readonly store: TemporalStore;
  readonly shards: number;
  /** Where the dynamic configuration is. */
  readonly dynamic?: string;
}

/**
 * The server's configuration. The password is read from its file by a command of the image: it stands neither here nor in the
 * environment, and another one counts without a restart.
 *
 * @see https://docs.temporal.io/references/configuration
 */
export function serverConfig({ store, shards, dynamic, logLevel = 'info' }: ServerConfig): string {
  const service = (name: string, grpc: number, membership: number, more = '') => `  ${name}:
    rpc:
      grpcPort: ${grpc}
      membershipPort: ${membership}
      ${name === 'frontend' ? 'bindOnIP: 0.0.0.0' : 'bindOnLocalHost: true'}
${more}`;
  return `log:
  stdout: true
  level: ${logLevel}
persistence:
  defaultStore: default
  visibilityStore: visibility
  numHistoryShards: ${shards}
  datastores:
${datastore('default', DATABASES.temporal, 20, store)}${datastore('visibility', DATABASES.visibility, 10, store)}global:
  membership:
    maxJoinDuration: 30s
    # all roles are in this one process: they find each other here
    broadcastAddress: 127.0.0.1
  metrics:
    prometheus:
      timerType: histogram
      listenAddress: 0.0.0.0:${PORTS.metrics}
services:
${service('frontend', PORTS.grpc, 6933, `      httpPort: ${PORTS.http}\n`)}${service('history', 7234, 6934)}${service('matching', 7235, 6935)}${service('worker', 7239, 6939)}clusterMetadata:
  enableGlobalNamespace: false
  failoverVersionIncrement: 10
  masterClusterName: active
  currentClusterName: active
  clusterInformation:
    active:
      enabled: true
      initialFailoverVersion: 1
      rpcName: frontend
      rpcAddress: 127.0.0.1:${PORTS.grpc}
dcRedirectionPolicy:
  policy: noop
publicClient:
  hostPort: 127.0.0.1:${PORTS.grpc}
${dynamic === undefined ? '' : `dynamicConfigClient:\n  filepath: ${dynamic}\n  pollInterval: 60s\n`}`;
}

function datastore(name: string, database: string, connections: number, { host, password, authority }: TemporalStore): string {
  return `    ${name}:
      sql:
        pluginName: postgres12
        databaseName: ${database}
        connectAddr: ${host}:5432
        connectProtocol: tcp
        user: ${OWNER}
        passwordCommand:
          command: cat
          args: [${JSON.stringify(password.path)}]
        maxConns: ${connections}
        maxIdleConns: ${connections}
        maxConnLifetime: 1h
        tls:
          enabled: true
          enableHostVerification: ${authority !== undefined}
${authority ? `          caFile: ${authority.path}\n          serverName: ${host}\n` : ''}`;
}

/** Dynamic configuration: each value counts for everything. */
export function dynamicConfig(settings: Readonly<Record<string, TemporalSetting>>): string {
  const names = Object.keys(settings).sort();
  return names.map((name) => `${name}:\n  - value: ${JSON.stringify(settings[name])}\n`).join('');
}

/** The web interface's configuration. @see https://docs.temporal.io/references/web-ui-configuration */
export function uiConfig(frontend: string, namespace: string): string {
  return `temporalGrpcAddress: ${frontend}
port: 8080
enableUi: true
defaultNamespace: ${namespace}
notifyOnNewVersion: false
refreshInterval: 0s
cors:
  allowOrigins: []
auth:
  enabled: false
`;
}
