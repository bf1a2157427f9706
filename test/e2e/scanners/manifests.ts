/** The same service, written in three ways; one that is connected to everything that there is; and VeoGen in production. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import {
  ConfigFiles,
  ExistingSecret,
  HardenedService,
  HardenedTask,
  interpolate,
  NetworkSegment,
  Peers,
  PersistentVolume,
} from '../../../lib';
import '../../../lib/platforms/kubernetes';

const image = `registry.example/web:1.4.2@sha256:${'5'.repeat(64)}`;
const root = join(__dirname, '../../..');

/** Writes all of them into a folder: a file for each title. */
export function writeManifests(folder: string): Readonly<Record<string, string>> {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  execFileSync(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), 'apps/synth.ts'], {
    cwd: root,
    env: { ...process.env, CDK8S_OUTDIR: join(folder, 'apps') },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  return {
    'Written by hand': file('plain.yaml', readFileSync(join(__dirname, 'plain.yaml'), 'utf8')),
    'cdk8s-plus-27': file('plus.yaml', plus()),
    HardenedService: file('hardened.yaml', hardened()),
    'Services with edges and a migration': file('connected.yaml', connected()),
    'Three replicas of a stable identity': file('stable.yaml', stable()),
    'VeoGen in production': join(folder, 'apps/veogen-production.k8s.yaml'),
  };
}

function plus(): string {
  const app = new App();
  const web = new kplus.Deployment(new Chart(app, 'web'), 'web', { replicas: 3, containers: [{ image, portNumber: 8080 }] });
  web.exposeViaService();
  return app.synthYaml();
}

function hardened(): string {
  const app = new App();
  new HardenedService(new Chart(app, 'web'), 'web', {
    image,
    ports: { http: 8080 },
    health: { http: { port: 'http', path: '/livez' }, readiness: { path: '/readyz' } },
  });
  return app.synthYaml();
}

/** A StatefulSet with a claim template. */
function stable(): string {
  const app = new App();
  const chart = new Chart(app, 'store', { namespace: 'store' });
  const volume = new PersistentVolume(chart, 'data', { size: '10Gi', perReplica: true });
  new HardenedService(chart, 'store', {
    image,
    identity: 'stable',
    replicas: 3,
    ports: { http: 8080 },
    health: { http: { port: 'http', path: '/livez' }, readiness: { path: '/readyz' } },
    mounts: [{ volume, path: '/data' }],
  });
  return app.synthYaml();
}

/** Each thing that an edge, a file, a secret or a task adds to pods. */
function connected(): string {
  const app = new App();
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  const secret = new ExistingSecret(chart, 'Secrets', { existing: 'shop-secrets', version: '1' });
  const config = new ConfigFiles(chart, 'Settings', { files: { 'app.conf': 'level = info\n', 'start.sh': '#!/bin/sh\n' } });
  const networks = [{ network: new NetworkSegment(chart, 'Backend', { open: true }) }];
  const health = { http: { port: 'http', path: '/livez' }, readiness: { path: '/readyz' } } as const;
  const database = new HardenedService(chart, 'database', { image, ports: { http: 8080 }, health, networks });
  database.network.offer({ DATABASE_URL: interpolate`http://app:${secret.key('password')}@${database.endpoint('http')}/` });
  const migrate = new HardenedTask(chart, 'migrate', { image, env: { TOKEN_FILE: secret.file('token') } });
  const seed = new HardenedTask(chart, 'seed', { image });
  new HardenedTask(chart, 'backup', { image, schedule: { cron: '30 3 * * *' } });
  const files = { '/etc/app.conf': config.file('app.conf'), '/bin/start': config.file('start.sh', { executable: true }) };
  const api = new HardenedService(chart, 'api', { image, ports: { http: 8080 }, health, networks, files });
  migrate.network.allowTo(database);
  seed.startAfter(migrate);
  api.network.allowTo(database);
  api.network.allowTo(Peers.dnsName('api.example.com', 443));
  api.startAfter(migrate);
  return app.synthYaml();
}
