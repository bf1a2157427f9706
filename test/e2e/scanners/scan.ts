/** Runs the scanners on a file and counts. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What the scanners say of a file. */
export interface Findings {
  /** kube-score at default settings. */
  readonly critical: readonly string[];
  readonly warnings: readonly string[];
  /** kubesec, by object; only what has pods. */
  readonly kubesec: Readonly<Record<string, number>>;
  /** kubeconform, strict, against the schemas of the running API server. */
  readonly invalid: readonly string[];
  /** How many objects kubeconform found valid. */
  readonly valid: number;
}

function run(program: string, args: readonly string[]): string {
  const { error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error) throw new Error(`${program} cannot be run (${error.message}); install it, and put it on the PATH`);
  if (stdout === '') throw new Error(`${program} ${args.join(' ')} printed nothing: ${stderr}`);
  return stdout;
}

/** Where the JSON schemas of the API server lie: `<kind>-<group>-<version>.json`. */
function schemas(): string {
  const folder = process.env.KUBERNETES_SCHEMAS;
  if (folder === undefined || !existsSync(join(folder, 'deployment-apps-v1.json'))) {
    throw new Error(
      `KUBERNETES_SCHEMAS must name a folder with strict JSON schemas of the cluster (deployment-apps-v1.json, ...), got ${folder}; see test/e2e/README.md`,
    );
  }
  return join(folder, '{{.ResourceKind}}{{.KindSuffix}}.json');
}

/** Scans a file of manifests. */
export function scan(file: string): Findings {
  const schema = schemas();
  return { ...kubeScore(file), kubesec: kubesec(file, schema), ...kubeconform(file, schema) };
}

function kubeScore(file: string): Pick<Findings, 'critical' | 'warnings'> {
  const lines = run('kube-score', ['score', '--output-format', 'ci', file]).split('\n');
  const of = (grade: string) => lines.filter((line) => line.startsWith(grade)).map((line) => line.slice(grade.length + 1));
  return { critical: of('[CRITICAL]'), warnings: of('[WARNING]') };
}

function kubesec(file: string, schema: string): Findings['kubesec'] {
  const results: { object: string; score: number; valid: boolean; message: string }[] = JSON.parse(
    run('kubesec', ['scan', '--schema-location', schema, file]),
  );
  const scored = results.filter((one) => !one.message.includes('not supported by kubesec'));
  return Object.fromEntries(scored.map((one) => [one.object.split('.')[0], one.valid ? one.score : Number.NEGATIVE_INFINITY]));
}

function kubeconform(file: string, schema: string): Pick<Findings, 'invalid' | 'valid'> {
  const args = ['-strict', '-summary', '-output', 'json', '-schema-location', schema, file];
  const result: { resources: { kind: string; name: string; msg: string }[]; summary: { valid: number } } = JSON.parse(
    run('kubeconform', args),
  );
  return { invalid: result.resources.map((one) => `${one.kind}/${one.name}: ${one.msg}`), valid: result.summary.valid };
}
