import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { App, Chart } from 'cdk8s';
import { Environment, Environments, HardenedService, ProblemsError } from '../../lib';
import { compose, composeFile } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';
import { swarm, swarmStackFile } from '../../lib/platforms/swarm';
import { deployStack, type PlatformName } from '../../lib/stack/pulumi';
import { Testing } from '../../lib/testing';
import { ALL, treeOf } from './all';
import { IMAGE, root } from './case';

/** Everything that is wrong on every platform: all but what the recording platform was told to refuse. */
const EVERYWHERE = ALL.map((one) => one.message).filter((message) => !message.includes('Recorder cannot do'));

/** Each message stands there once; what else stands there is something that the platform cannot do. */
function expectEverything(error: unknown, title: string): void {
  const lines = String((error as Error).message)
    .split('\n')
    .map((line) => line.trim());
  for (const message of EVERYWHERE) {
    const times = lines.filter((line) => line.endsWith(message)).length;
    expect(`${times} times: ${message}`).toBe(`1 times: ${message}`);
  }
  const others = lines.filter((line) => !EVERYWHERE.some((message) => line.endsWith(message)));
  const refusals = others.filter((line) => line.includes(`: ${title} cannot do '`));
  // a deployment also misses the values of secrets that are right
  const unset = others.filter((line) => line.includes("the stack's config has no value for the secret "));
  // a heading, perhaps in two lines
  expect(others.length - refusals.length - unset.length).toBeLessThanOrEqual(2);
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('nearly all mistakes are mistakes everywhere', () => expect(EVERYWHERE.length).toBe(ALL.length - 1));

describe('cdk8s', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'bad-input-'));
  afterAll(() => rmSync(outdir, { recursive: true }));

  test("a plain app.synth() of somebody's own chart fails with all of them, and writes nothing", () => {
    const app = new App({ outdir });
    treeOf(ALL, new Chart(app, 'app'));
    new Chart(app, 'innocent');
    expectEverything(
      thrownBy(() => app.synth()),
      'Kubernetes',
    );
    expect(readdirSync(outdir)).toEqual([]);
  });

  test('so does the fast synthesis', () => {
    const app = new App({ outdir });
    treeOf(ALL, new IronhullChart(app, 'app', { environment: Environments.production }));
    const error = thrownBy(() => synthesize(app));
    expect(error).toBeInstanceOf(ProblemsError);
    expectEverything(error, 'Kubernetes');
    expect(readdirSync(outdir)).toEqual([]);
  });
});

test.each([
  ['Compose', composeFile],
  ['Swarm stack file', swarmStackFile],
])('%s: there is no text', (title, file) => {
  const error = thrownBy(() => file(treeOf(ALL, root())));
  expect(error).toBeInstanceOf(ProblemsError);
  expectEverything(error, title);
});

describe('Pulumi', () => {
  const registered: string[] = [];
  beforeAll(async () => {
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await pulumi.runtime.setMocks({
      newResource: (args) => {
        registered.push(args.type);
        return { id: args.name, state: args.inputs };
      },
      call: () => ({}),
    });
  });
  beforeEach(() => {
    registered.length = 0;
  });

  test.each<[PlatformName, string]>([
    ['docker', 'Docker'],
    ['swarm', 'Swarm'],
    ['kubernetes', 'Kubernetes'],
  ])('%s: not one resource is registered, not even the stack', async (platform, title) => {
    const error = thrownBy(() => deployStack('app', { platform, environment: Environments.production }, (scope) => treeOf(ALL, scope)));
    expect(error).toBeInstanceOf(ProblemsError);
    expectEverything(error, title);
    await new Promise((done) => setImmediate(done));
    expect(registered).toEqual([]);
  });

  test('the mocks would have seen one', async () => {
    deployStack('app', { platform: 'docker', environment: Environments.test }, (scope) => {
      new HardenedService(scope, 'Web', { image: IMAGE });
    });
    await new Promise((done) => setTimeout(done, 50));
    expect(registered).toContain('ironhull:index:Stack');
    expect(registered).toContain('docker:index/container:Container');
  });
});

describe('what only engines know', () => {
  const twice = (replicas: number) => {
    const scope = Testing.root('app');
    Environment.set(scope, Environments.test);
    for (const id of ['One', 'Two'])
      new HardenedService(scope, id, { image: IMAGE, replicas, ports: { http: 8080 }, acknowledge: ACKNOWLEDGED }).publish({
        port: 'http',
      });
    return scope;
  };
  const ACKNOWLEDGED = { 'no-new-privileges': 'the engines are set up for it' };

  test('two ports on one port of the host', () => {
    expect(Testing.problems(twice(1), docker)).toEqual([
      'app/Two: publish http.listen: the port of the host is taken by app/One: publish http, got 8080; choose another port, or another address',
    ]);
    expect(Testing.problems(twice(1), compose)).toEqual([
      'app/Two: publish http.listen: the port of the host is taken by app/One: publish http, got 8080; choose another port, or another address',
    ]);
    expect(Testing.problems(twice(1), swarm)).toEqual([
      'app/Two: publish http: the published port is taken by app/One: publish http, got "8080/tcp"; set listen to another port',
    ]);
  });

  test('one port of the host for several replicas', () => {
    expect(Testing.problems(twice(2), docker)).toContain(
      'app/One: publish: only one of several containers can have a port of the host, got 2; set replicas to 1, or publish a proxy',
    );
    expect(Testing.problems(twice(2), compose)).toContain(
      'app/One: publish http.replicas: only one replica can have a port of the host, got 2; set replicas to 1, or publish a gateway in front of it',
    );
  });
});
