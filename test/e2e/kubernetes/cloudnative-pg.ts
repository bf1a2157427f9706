import { App } from 'cdk8s';
import {
  Environments,
  ExistingSecret,
  HardenedService,
  HardenedTask,
  Peers,
  PostgresWithBackup,
  type PostgresWithBackupProps,
} from '../../../lib';
import { IronhullChart } from '../../../lib/platforms/kubernetes';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const image = `registry.example/team/app:1.2.3@${DIGEST}`;

/** A shop in production, whose database is a Cluster with everything that can be asked for. */
export function clusterShop(namespace: string, more: Partial<PostgresWithBackupProps> = {}): string {
  const app = new App();
  const chart = new IronhullChart(app, 'shop', { environment: Environments.production, namespace });
  const s3 = new ExistingSecret(chart, 'S3', { existing: 'backup-keys' });
  const key = (name: string) => ({ id: s3.file(`${name}-id`), secret: s3.file(`${name}-secret`) });
  const database = new PostgresWithBackup(chart, 'Database', {
    version: 17,
    vector: true,
    size: '20Gi',
    databases: { orders: { extensions: ['hstore'], init: "CREATE TABLE told (at text);\nINSERT INTO told VALUES ('once');" } },
    roles: { reports: { access: 'read' }, nobody: { login: false } },
    settings: { work_mem: '8MB', shared_preload_libraries: 'pg_stat_statements, auto_explain' },
    placement: { labels: { disk: 'fast' } },
    engine: {
      kind: 'cloudnative-pg',
      pooler: { mode: 'transaction' },
      physical: { window: '30d', key: key('physical') },
      metricsFrom: Peers.pods({ app: 'prometheus' }, { 'kubernetes.io/metadata.name': 'monitoring' }),
      backupFrom: 'standby',
    },
    backup: {
      image: `registry.example/team/postgres-backup:17@${DIGEST}`,
      destinations: {
        main: { bucket: 'shop-backups', region: 'eu-central-1', writer: key('writer'), pruner: key('pruner'), restorer: key('restorer') },
      },
      encryption: {
        kind: 'age',
        recipients: ['age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'],
        identity: s3.file('age-identity'),
      },
    },
    ...more,
  });
  // nobody makes the Secrets, so no pod is wanted either
  const api = new HardenedService(chart, 'Api', { image, replicas: 0 });
  api.network.allowTo(database);
  const migrate = new HardenedTask(chart, 'Migrate', { image, command: ['/app', 'migrate'] });
  migrate.network.allowTo(database);
  return app.synthYaml();
}
