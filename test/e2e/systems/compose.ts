/** A system by its written Compose file, with the files of its secrets beside it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Construct, RootConstruct } from 'constructs';
import { Environment } from '../../../lib';
import { type ComposeFile, composeFile, writeComposeFile } from '../../../lib/platforms/compose';
import { type Inspected, inspect, sweep } from '../support/docker';
import { must, type Ran, run } from '../support/run';
import type { Target } from './reach';

/** A project of Docker Compose. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-system-'));
  private readonly path = join(this.folder, 'compose.yaml');

  constructor(readonly name: string) {}

  /** Writes the system's file. */
  write(environment: Environment, build: (root: Construct) => void): ComposeFile {
    const root = new RootConstruct(this.name);
    Environment.set(root, environment);
    build(root);
    const file = composeFile(root, { name: this.name });
    writeComposeFile(this.path, file);
    return file;
  }

  /** Writes values of a secret, readable by each of its readers, as new files: who has an old one keeps it. */
  writeSecrets(secret: string, values: Readonly<Record<string, string>>): void {
    const folder = join(this.folder, 'secrets', secret);
    mkdirSync(folder, { recursive: true });
    for (const [key, value] of Object.entries(values)) {
      rmSync(join(folder, key), { force: true });
      writeFileSync(join(folder, key), value, { mode: 0o444 });
    }
  }

  /** Runs `docker compose`; its failure is a result. */
  run(...args: string[]): Promise<Ran> {
    return run('docker', ['compose', '--file', this.path, ...args]);
  }

  /** Runs `docker compose`, which has to succeed. */
  must(...args: string[]): Promise<string> {
    return must('docker', ['compose', '--file', this.path, ...args]);
  }

  /** A replica of a service as the engine sees it. */
  container(service: string, replica = 1): Promise<Inspected> {
    return inspect('container', `${this.name}-${service}-${replica}`);
  }

  /** All replicas of a service, also those that have ended. */
  async replicas(service: string): Promise<Inspected[]> {
    return (await this.containers()).filter(({ Config }) => Config.Labels['com.docker.compose.service'] === service);
  }

  /** All its containers. */
  async containers(): Promise<Inspected[]> {
    const ids = (await this.must('ps', '--all', '--quiet')).split('\n').filter(Boolean);
    return JSON.parse(await must('docker', ['inspect', ...ids])) as Inspected[];
  }

  /** Removes everything of the project and the folder. Fails nothing. */
  async dispose(): Promise<void> {
    await this.run('down', '--volumes', '--remove-orphans', '--timeout', '1');
    await sweep(`${this.name}-`);
    await sweep(`${this.name}_`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The addresses of a container, in each network that it has. */
export function addresses(name: string, container: Inspected, port: number): Target[] {
  const networks: { IPAddress: string }[] = Object.values(container.NetworkSettings.Networks);
  return networks.map(({ IPAddress }) => ({ name, host: IPAddress, port }));
}

/** Which ports of the host a container has. */
export function published(container: Inspected): string[] {
  const ports: { HostIp: string; HostPort: string }[] = Object.values(container.HostConfig.PortBindings ?? {}).flat() as never;
  return ports.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`);
}
