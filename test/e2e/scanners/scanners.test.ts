import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeManifests } from './manifests';
import { type Findings, scan } from './scan';

const document = join(__dirname, '../../../docs/scanners.md');
const folder = mkdtempSync(join(tmpdir(), 'scanners-'));
let findings: Record<string, Findings> = {};

beforeAll(() => {
  const files = writeManifests(folder);
  findings = Object.fromEntries(Object.entries(files).map(([title, file]) => [title, scan(file)]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const of = (title: string): Findings => findings[title] as Findings;

// of 18 points 4 are for annotations that Kubernetes took away
const points = 14;

describe.each([
  'HardenedService',
  'Services with edges and a migration',
  'Three replicas of a stable identity',
  'VeoGen in production',
])('%s', (title) => {
  test('kube-score finds nothing at default settings', () => {
    expect({ critical: of(title).critical, warnings: of(title).warnings }).toEqual({ critical: [], warnings: [] });
  });

  test(`kubesec gives every workload at least ${points} points`, () => {
    expect(Object.keys(of(title).kubesec).length).toBeGreaterThan(0);
    expect(Object.entries(of(title).kubesec).filter(([, score]) => score < points)).toEqual([]);
  });

  test("every object is valid against the API server's schemas", () => {
    expect(of(title).invalid).toEqual([]);
    expect(of(title).valid).toBeGreaterThan(3);
  });
});

test('the same service without this library has findings, so the scanners do look', () => {
  expect(of('Written by hand').critical.length).toBeGreaterThan(10);
  expect(of('cdk8s-plus-27').critical.length).toBeGreaterThan(5);
  expect(Math.max(...Object.values(of('cdk8s-plus-27').kubesec))).toBeLessThan(14);
});

test('docs/scanners.md says what was found', () => {
  const text = page();
  if (process.env.UPDATE_DOCS) writeFileSync(document, text);
  expect(readFileSync(document, 'utf8')).toBe(text);
});

function page(): string {
  const rows = Object.entries(findings).map(([title, { critical, warnings, kubesec, invalid, valid }]) => {
    const counted = [critical.length, warnings.length, Math.min(...Object.values(kubesec)), invalid.length, valid];
    return `| ${title} | ${counted.join(' | ')} |`;
  });
  return `# What scanners find

<!-- Written by \`UPDATE_DOCS=1 npm run e2e -- scanners\`, and compared in every run of it; do not edit. -->

The first three rows are one web service with a port: by hand (\`test/e2e/scanners/plain.yaml\`), as a cdk8s-plus-27
\`Deployment\` with its defaults, and as a \`HardenedService\` with a health check. The fourth is
services that an edge and an open segment connect, with files, secrets and migrations; then a StatefulSet with a claim template; the
last is a whole system.

| | kube-score critical | kube-score warnings | kubesec points, lowest | invalid objects | valid objects |
|---|--:|--:|--:|--:|--:|
${rows.join('\n')}

kube-score runs at default settings; no finding is the best. kubesec gives a Deployment at most 18 points, of which 4 are for
annotations that Kubernetes took away. Objects are validated by kubeconform, strictly, against the schemas of a running API server.
What VeoGen acknowledged, kube-score is told to ignore by annotations: one user of 1001, one health endpoint for two probes.
`;
}
