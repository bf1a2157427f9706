/** A system as a stack of a Swarm, by its written stack file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Construct, RootConstruct } from 'constructs';
import { OctoCode } from '../../../apps/octocode/octocode';
import { Environment, Environments, HardenedService, HardenedTask, type Part } from '../../../lib';
import { swarm, swarmStackFile, writeComposeFile } from '../../../lib/platforms/swarm';
import { type Inspected, inspect } from '../support/docker';
import { must, run } from '../support/run';
import { removeAll } from '../swarm/engine';
import type { Target } from './reach';

/** A stack. */
export class SwarmStack {
  readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-system-'));
  /** All stack files that were written. */
  written = '';

  constructor(
    readonly name: string,
    private readonly port = 0,
  ) {}

  /** Writes the values of a secret. */
  writeSecrets(secret: string, values: Readonly<Record<string, string>>): void {
    const folder = join(this.folder, 'secrets', secret);
    mkdirSync(folder, { recursive: true });
    for (const [key, value] of Object.entries(values)) writeFileSync(join(folder, key), value, { mode: 0o400 });
  }

  /** Writes the stack file of a version of OctoCode, and deploys it. What the command said, if anything. */
  deploy(version: string): Promise<string> {
    return this.deploySystem((root) => fitGateway(new OctoCode(root, 'octocode', { version }), this.port));
  }

  /** Writes the stack file of a system in production, and deploys it. What the command said, if anything. */
  async deploySystem(build: (root: Construct) => void): Promise<string> {
    const root = new RootConstruct(this.name);
    Environment.set(root, Environments.production);
    build(root);
    fitMachine(root);
    // no IPVS on every machine that runs the tests, hence no virtual addresses
    const file = swarmStackFile(root, { name: this.name, endpointMode: 'dnsrr' });
    this.written += file.text;
    writeComposeFile(join(this.folder, 'stack.yaml'), file);
    const args = ['stack', 'deploy', '--detach=true', '--resolve-image=never', '--compose-file', 'stack.yaml', this.name];
    const { code, stdout, stderr } = await run('docker', args, { cwd: this.folder });
    if (code !== 0) throw new Error(`docker ${args.join(' ')} failed (${code}): ${stderr}`);
    return stderr + (/.*(ignor|unsupported|deprecated).*/i.exec(stdout)?.[0] ?? '');
  }

  /** The full names of its services: that of a task ends in a hash of its version. */
  async services(): Promise<string[]> {
    const list = await must('docker', [
      'service',
      'ls',
      '--filter',
      `label=com.docker.stack.namespace=${this.name}`,
      '--format',
      '{{.Name}}',
    ]);
    return list.split('\n').filter(Boolean);
  }

  /** The containers of a service, or of all; those that run, or also those that have ended. */
  async containers(service?: string, all = false): Promise<Inspected[]> {
    const of = service ? `com.docker.swarm.service.name=${service}` : `com.docker.stack.namespace=${this.name}`;
    const ids = (await must('docker', ['ps', '--quiet', ...(all ? ['--all'] : []), '--filter', `label=${of}`])).split('\n').filter(Boolean);
    return ids.length === 0 ? [] : (JSON.parse(await must('docker', ['inspect', ...ids])) as Inspected[]);
  }

  /** Removes everything of the stack, and the folder. Fails if something stays. */
  async dispose(): Promise<void> {
    await removeAll(this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What a machine that others use too forces: next to nothing set aside. An update is watched for less time. */
function fitMachine(root: Construct): void {
  for (const one of root.node.findAll()) {
    if (!(one instanceof HardenedService || one instanceof HardenedTask)) continue;
    one.tune(swarm, ({ service }) => {
      const { resources, update_config } = service.deploy ?? {};
      if (resources?.reservations) Object.assign(resources.reservations, { cpus: '0.01', memory: '16m' });
      if (update_config) Object.assign(update_config, { monitor: '5s' });
    });
  }
}

/** The same, for who is published: a port that is free, which the one before has to leave. */
function fitGateway({ gateway }: OctoCode, port: number): void {
  gateway?.tune(swarm, ({ service }) => {
    if (service.deploy?.update_config) service.deploy.update_config.order = 'stop-first';
  });
  const route = gateway?.node.findChild('Route-http-80') as Part<'route'>;
  route.tune(swarm, (native) => {
    native.published = port;
  });
}

/** Addresses of containers in the bridge that leads out of the overlays, which no container lists. */
export async function bridgeAddresses(name: string, containers: readonly Inspected[], port: number): Promise<Target[]> {
  const { Containers } = await inspect('network', 'docker_gwbridge');
  const all = Object.entries(Containers as Record<string, { Name: string; IPv4Address: string }>);
  return containers.flatMap(({ Id, NetworkSettings }) =>
    all.flatMap(([id, { Name, IPv4Address }]) =>
      id === Id || Name === `gateway_${NetworkSettings.SandboxID.slice(0, 12)}`
        ? [{ name, host: IPv4Address.split('/')[0] as string, port }]
        : [],
    ),
  );
}
