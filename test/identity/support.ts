import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { type Environment, Environments, HardenedService, IdentityLedger, PersistentVolume, ProblemsError } from '../../lib';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A ledger in a folder of its own. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-identities-'));
  readonly file = join(this.folder, 'ids.json');

  constructor() {
    folders.push(this.folder);
  }

  /** Synthesizes a chart against the ledger, writes it, and answers with what was said: problems, then warnings. */
  run(build: (chart: Construct) => void, environment: Environment = Environments.production, mode: 'write' | 'frozen' | 'warn' = 'write') {
    const chart = new IronhullChart(new App(), 'shop', { environment, namespace: 'shop' });
    build(chart);
    const identities = IdentityLedger.read(this.file, { mode });
    try {
      const { warnings, files } = synthesize(chart.node.root, { identities });
      identities.write();
      const said = warnings.map(({ path, what, value, fix }) => `${path}: ${what}${value === undefined ? '' : `, got ${value}`}; ${fix}`);
      return {
        yaml: [...files.values()].join(),
        said: said.filter((one) => !one.includes('digest')).map((one) => this.short(one)),
        problems: [],
      };
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      return {
        yaml: '',
        said: [] as string[],
        problems: error.message
          .split('\n')
          .slice(1)
          .map((line) => this.short(line.trim())),
      };
    }
  }

  read(): string {
    return readFileSync(this.file, 'utf8');
  }

  write(text: string): void {
    writeFileSync(this.file, text);
  }

  private short(text: string): string {
    return text.replaceAll(this.file, 'ids.json');
  }
}

/** A database with its volume. */
export function database(scope: Construct, props: { image?: string; size?: '1Gi' | '2Gi'; storageClass?: string; id?: string } = {}) {
  const { image = 'postgres:15.8', size = '1Gi', id = 'Data', ...rest } = props;
  const volume = new PersistentVolume(scope, id, { size, ...rest });
  const service = new HardenedService(scope, 'Db', { image, replicas: 1, mounts: [{ volume, path: '/var/lib/postgresql/data' }] });
  return { volume, service };
}
