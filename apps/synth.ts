import { join } from 'node:path';
import { App } from 'cdk8s';
import { formatProblem, IdentityLedger, type Problem, ProblemsError } from '../lib';
import { composeFile } from '../lib/platforms/compose';
import { IronhullChart, synthesize } from '../lib/platforms/kubernetes';
import { swarmStackFile } from '../lib/platforms/swarm';
import { type OutputFile, writeFiles } from '../lib/stack/write';
import { SYSTEMS } from './systems';

/** The names and volumes of all stacks, committed: see docs/identities.md. */
const IDENTITIES = 'ironhull.identities.json';

/**
 * Writes every system in every environment as text: `<stack>.k8s.yaml`, `compose/<stack>.yaml` and `swarm/<stack>.yaml`.
 * All or nothing: a problem anywhere, and no file is touched.
 */
function main(): void {
  const app = new App();
  const identities = IdentityLedger.read(IDENTITIES);
  const files = new Map<string, string | OutputFile>();
  const problems: Problem[] = [];
  const warnings = new Set<string>();
  const gather = (render: () => { readonly warnings: readonly Problem[] }): void => {
    try {
      for (const warning of render().warnings) warnings.add(formatProblem(warning));
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      problems.push(...error.problems);
    }
  };

  const charts = Object.entries(SYSTEMS).flatMap(([name, system]) =>
    system.environments.map((environment) => {
      const chart = new IronhullChart(app, `${name}-${environment.name}`, { environment, namespace: name });
      system.build(chart);
      return { chart, name, stack: `${name}-${environment.name}` };
    }),
  );
  gather(() => {
    const result = synthesize(app, { identities });
    for (const [file, text] of result.files) files.set(file, text);
    return result;
  });
  for (const { chart, name, stack } of charts) {
    for (const [folder, file] of [
      ['compose', composeFile],
      ['swarm', swarmStackFile],
    ] as const) {
      gather(() => {
        const result = file(chart, { name, identities });
        files.set(join(folder, `${stack}.yaml`), result.text);
        for (const [path, file] of result.files) files.set(join(folder, path), file);
        return result;
      });
    }
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  identities.write(() => writeFiles(process.env.CDK8S_OUTDIR ?? 'dist', files));
  for (const warning of warnings) console.error(`warning: ${warning}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof ProblemsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
