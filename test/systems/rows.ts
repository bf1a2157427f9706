/**
 * What the documents of the five systems show or promise, row by row. A test that shows a row has its id at the beginning of its
 * title, or of the title of a `describe` around it: `V4: …`, or `V1, V2: …`. From those titles, and from reports of real runs,
 * `npm run docs` makes docs/systems.md.
 */

/** K Kubernetes, D Docker, S Swarm, C Compose. */
export type Target = 'K' | 'D' | 'S' | 'C';

/** What is still to come, and what it brings. */
export const PARTS = {
  services: 'Redis, Temporal, Celery, QuestDB, and what else the systems run',
  gateway: 'Nginx with TLS, limits and balancing; blue-green releases; a mesh',
  monitoring: 'Prometheus, Grafana, alerts, exporters, and logs in one store',
  development: 'source mounts, reload and tools for developers',
  pipelines: 'build files, and workflows that build, scan, deploy and clean up',
  'command line': 'what operators type',
  policy: 'budgets, scans, checklists and reports that gate a release',
  import: 'an existing Compose file becomes constructs',
} as const;
export type Pending = keyof typeof PARTS;

export interface Row {
  readonly id: string;
  readonly what: string;
  /** Targets, or what else has it. What stands in brackets is not asked of a test. */
  readonly where: string;
  /** It has to be shown on a real engine. */
  readonly engine: boolean;
  /** The part that it, or what is missing of it, waits for. */
  readonly waits?: Pending;
}

export interface System {
  readonly title: string;
  readonly rows: readonly Row[];
}

const [all, ci] = ['K D S C', 'CI file'];
/** A row that a test on what is written shows. */
const row = (id: string, where: string, what: string, waits?: Pending): Row => ({
  id,
  what,
  where,
  engine: false,
  ...(waits && { waits }),
});
/** A row that has to be shown on a real engine, too. */
const real = (id: string, where: string, what: string, waits?: Pending): Row => ({ ...row(id, where, what, waits), engine: true });

const VEOGEN: readonly Row[] = [
  real('V1', all, 'backend: no new privileges, read-only root, bounded tmpfs, no capability but one, user 1001, limits and reservations'),
  row('V2', all, 'environment of the Python runtime'),
  real('V3', all, 'HTTP health check `/health`: interval, timeout, retries, start period; liveness and readiness of their own'),
  real('V4', all, 'Postgres 15 hardened: TLS, least capabilities, statements in the log, statistics of them'),
  row('V5', ci, 'container scan: build, Trivy to SARIF, upload, Snyk at medium', 'pipelines'),
  real('V6', 'S', 'replicas, placement, restarts, updates and roll-backs, an overlay with its subnet, volumes, a pinned database'),
  real('V7', 'K', 'namespace, rolling update, security contexts, secrets, probes, volumes, anti-affinity, metrics, autoscaler'),
  real('V8', 'K D C', 'monitoring sidecar that shares the namespaces of network and processes'),
  real('V9', all, 'multi-level health check: HTTP, Postgres, Redis, disk, memory', 'services'),
  real('V10', 'K (daemon set) D S C', 'log rotation with labels and tag; fluent-bit ships to Loki', 'monitoring'),
  row('V11', ci, 'build workflow: matrix, registry, tags by metadata, two architectures, cache', 'pipelines'),
  row('V12', ci, 'deploy workflow: after a green build to a Swarm by ssh; health check, roll-back', 'pipelines'),
  real('V13', 'K (pod sysctls) D S C', 'kernel parameters and limits of open files and processes'),
  row('V14', all, 'cAdvisor', 'monitoring'),
  real('V15', 'D C', 'bridge network: driver options, MTU, subnet, gateway, a static address'),
  row('V16', all, 'front end, worker and Redis beside the backend'),
];

const XORB: readonly Row[] = [
  row('X1', 'build file', 'three services built in stages: development, production, testing', 'pipelines'),
  real('X2', all, 'user 1000, no new privileges, an init process that reaps and forwards signals'),
  row('X3', all, 'the environment selects the configuration'),
  row('X4', all, 'Temporal with its database; the orchestrator is told where it is'),
  real('X5', all, 'Postgres with pgvector: tuned in production, statements in the log in development'),
  real('X6', all, 'Redis: persistent in development, a cluster in production'),
  real('X7', all, 'Nginx: TLS, and balancing over three APIs', 'gateway'),
  real('X8', all, 'production: three APIs, four workers, limits and reservations'),
  row('X9', 'D C', 'development: reload, source mounts, debug ports, logs of databases, monitoring', 'development'),
  real('X10', all, 'secrets from files, and HashiCorp Vault'),
  row('X11', all, 'four environments: development, staging, production, test'),
  row('X12', 'command line', 'operator commands: build, scan, sizes, deploy, clean', 'command line'),
  real('X13', 'command line', 'container test suite of eight categories, with a summary of each', 'command line'),
  real('X14', all, 'Prometheus collects from every container; four dashboards', 'monitoring'),
  row('X15', all, 'structured logs reach the log store with labels of service and container', 'monitoring'),
  real('X16', 'K S (D)', 'blue-green release, rolling update, scaling by count', 'gateway'),
  row('X17', 'policy', 'budgets of image sizes, and a gate on findings', 'policy'),
];

const OCTOCODE: readonly Row[] = [
  real('O1', all, 'app on 3000, 3001 (socket), and 9229 in development; user 1001', 'services'),
  real('O2', all, 'Postgres 16, Redis 7 with a password, persistence'),
  real('O3', all, 'Nginx: TLS, rate limits, headers, compression, static files, balancing', 'gateway'),
  real('O4', all, 'worker apart from the web, scaled on its own'),
  real('O5', all, 'backup daily at 02:00: two formats, compressed, to S3, kept 30 days, verified, webhook'),
  real('O6', 'command line', 'list, backup by hand, restore with a safety backup and a verification', 'command line'),
  real('O7', all, 'metrics of app, database, cache, system and containers; Grafana; alerting', 'monitoring'),
  real('O8', all, 'alert rules in four groups: application, infrastructure, agent, security', 'monitoring'),
  row('O9', 'D C', 'pgAdmin and a mail catcher in development only', 'development'),
  real('O10', all, 'Falco at run time; Trivy on demand and in CI; a list of what is ignored', 'policy'),
  real('O11', all, 'segmentation: internal networks, only the gateway is published'),
  real('O12', all, 'secrets through `_FILE` variables, never in the environment'),
  row('O13', 'command line', 'operator commands as the Makefile lists them', 'command line'),
  row('O14', ci, 'workflow: security, build, deploy on main', 'pipelines'),
  real('O15', all, 'migrations run before the app starts'),
];

const AARONSPINDLER: readonly Row[] = [
  real('A1', all, 'web (Django), Celery, Celery beat (exactly one), Flower'),
  real('A2', all, 'Postgres 16, Redis 7, QuestDB 8'),
  row('A3', 'build file', 'bake file: variables, targets, groups, cache, architectures', 'pipelines'),
  real('A4', 'D C K', 'test environment: a throw-away Postgres, a start in order, the exit code of the test is the result', 'services'),
  row('A5', 'D C', 'local development: build target, source mounts, settings', 'development'),
  row('A6', ci, 'registry: names and tags, weekly clean-up', 'pipelines'),
  real('A7', all, 'health endpoint: 200 healthy, 503 with its checks, used by probes and gates', 'services'),
  row('A8', 'D S C', 'cAdvisor, log rotation, labels', 'monitoring'),
  row('A9', 'import', 'an existing Compose file becomes constructs', 'import'),
  row('A10', 'policy', 'the checklist of eight points is checked, not ticked', 'policy'),
];

const GRAPHMEMORY: readonly Row[] = [
  real('G1', all, 'FastAPI 8000 (10001), Streamlit 8501 (10002, websockets), Analytics 8002 (10003; Kuzu, Redis, SQLite)'),
  real('G2', all, 'four isolated networks; each service only where it must be'),
  real('G3', all, 'Nginx with TLS and balancing in front of all three; websockets, CORS, headers', 'gateway'),
  real('G4', all, 'Postgres and Redis with volumes; Prometheus and Grafana with retention', 'monitoring'),
  real('G5', all, 'health, readiness and start-up checks, graceful shutdown, a start in order'),
  row('G6', `${ci}, command line`, 'scans: Trivy, Docker Bench, Grype, Syft, Hadolint', 'pipelines'),
  row('G7', 'policy', 'security report: score, summary, analysis, findings by priority, compliance, JSON', 'policy'),
  real('G8', 'policy, tests', 'budgets of start-up, image, memory and vulnerabilities, each measured', 'policy'),
  row('G9', 'K', 'ready for a mesh: Istio or Linkerd by one setting', 'gateway'),
  row('G10', 'D C', 'development: reload, Jupyter and debug tools, developer toolbar', 'development'),
];

/** All of them, in the order of their documents. */
export const SYSTEMS: readonly System[] = [
  { title: 'VeoGen', rows: VEOGEN },
  { title: 'XORB', rows: XORB },
  { title: 'OctoCode', rows: OCTOCODE },
  { title: 'aaronspindler.com', rows: AARONSPINDLER },
  { title: 'GraphMemory-IDE', rows: GRAPHMEMORY },
];

export const ROWS: readonly Row[] = SYSTEMS.flatMap(({ rows }) => rows);

/** The targets that a row names. */
export function targetsOf({ where }: Row): Target[] {
  return (where.replace(/\([^)]*\)/g, '').match(/\b[KDSC]\b/g) ?? []) as Target[];
}
