/** Prometheus as a process of this machine, which asks as Grafana would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GrafanaTarget } from '../../../lib';
import { until } from './run';

/** A series of an answer. */
export interface Answered {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

/** An alert of its rules. */
export interface Rule {
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly state: 'inactive' | 'pending' | 'firing';
}

/** Starts a program in the background. */
export function inBackground(command: string, args: readonly string[]): () => Promise<void> {
  const child: ChildProcess = spawn(command, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return () => {
    child.kill('SIGTERM');
    return ended;
  };
}

/** A Prometheus that has a folder and a port. */
export class Prometheus {
  readonly folder = mkdtempSync(join(tmpdir(), 'ironhull-prometheus-'));
  private stop: () => Promise<void> = async () => {};

  constructor(private readonly port: number) {}

  /** Writes a file that only its owner reads, and says where. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  /** Starts it, and waits until all targets answer. */
  async start(scrape_configs: readonly object[], rules: string): Promise<void> {
    const rule_files = [this.write('rules.yml', rules)];
    // YAML, since JSON is
    const config = JSON.stringify({ global: { scrape_interval: '5s', evaluation_interval: '5s' }, rule_files, scrape_configs });
    this.stop = inBackground('prometheus', [
      `--config.file=${this.write('prometheus.yml', config)}`,
      `--storage.tsdb.path=${join(this.folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${this.port}`,
    ]);
    type Targets = { activeTargets: { scrapeUrl: string; health: string; lastError: string }[] };
    await until(
      'each target answers',
      () => this.get<Targets>('targets').catch(() => ({ activeTargets: [] })),
      ({ activeTargets }) => activeTargets.length === scrape_configs.length && activeTargets.every(({ health }) => health === 'up'),
      180_000,
    );
  }

  /** What it answers; `path` is below its API. */
  async get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1/${path}?${new URLSearchParams(query)}`);
    const said = (await answer.json()) as { status: string; error?: string; data: T };
    if (said.status !== 'success') throw new Error(`${path} ${JSON.stringify(query)}: ${said.error}`);
    return said.data;
  }

  /** What Grafana would get for a query of a panel: the present value, or those of the last five minutes. */
  async ask({ expr, instant }: Pick<GrafanaTarget, 'expr' | 'instant'>): Promise<readonly Answered[]> {
    if (instant) {
      type Vector = { result: { metric: Answered['metric']; value: Answered['values'][number] }[] };
      return (await this.get<Vector>('query', { query: expr })).result.map(({ metric, value }) => ({ metric, values: [value] }));
    }
    const now = Math.floor(Date.now() / 1000);
    const range = { query: expr, start: String(now - 300), end: String(now), step: '15' };
    return (await this.get<{ result: Answered[] }>('query_range', range)).result;
  }

  /** Its rules. */
  async rules(): Promise<readonly Rule[]> {
    return (await this.get<{ groups: { rules: Rule[] }[] }>('rules')).groups.flatMap(({ rules }) => rules);
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
