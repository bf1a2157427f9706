/** The same service, written in three ways, and VeoGen in production. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { HardenedService } from '../../../lib';
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
