import { App } from 'cdk8s';
import { type Construct, RootConstruct } from 'constructs';
import { parse } from 'yaml';
import { Environment, edgesOf, nameOf, Part, plan, type Runner } from '../../lib';
import { composeFile } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';
import { swarmStackFile } from '../../lib/platforms/swarm';

// biome-ignore lint/suspicious/noExplicitAny: documents are read as a reader of YAML would
export type Json = any;

/** A system in one environment on each target, as a reader of the output sees it. */
export class Views {
  /** Kubernetes manifests. */
  readonly K: readonly Json[];
  /** The Compose file. */
  readonly C: Json;
  /** The stack file. */
  readonly S: Json;
  /** Docker's natives by name. */
  readonly D: ReadonlyMap<string, Json>;
  /** All files that lie beside the Compose file or the stack file. */
  readonly files: ReadonlyMap<string, Buffer | Uint8Array | string>;
  /** The texts that are written, for what must not stand in any of them. */
  readonly texts: readonly string[];
  /** A tree of its own, to look at parts. */
  readonly tree: RootConstruct;

  constructor(
    private readonly system: string,
    private readonly build: (scope: Construct) => Construct,
    private readonly environment: Environment,
  ) {
    this.tree = this.root();
    const app = new App();
    const id = `${system}-${environment.name}`;
    build(new IronhullChart(app, id, { environment, namespace: system }));
    const yaml = synthesize(app).files.get(`${id}.k8s.yaml`) as string;
    const compose = composeFile(this.root(), { name: system });
    const swarm = swarmStackFile(this.root(), { name: system });
    this.texts = [yaml, compose.text, swarm.text];
    this.files = new Map([...compose.files, ...swarm.files].map(([path, { content }]) => [path, content]));
    this.K = yaml.split(/^---$/m).map((document) => parse(document));
    this.C = parse(compose.text);
    this.S = parse(swarm.text);
    const planned = plan(this.root(), docker, { name: system });
    if (planned.problems.length > 0) throw new Error(JSON.stringify(planned.problems));
    this.D = new Map(planned.drafted.map(({ at, native }) => [at.name, native as Json]));
  }

  /** A manifest by kind and name, or by the beginning of its name where a version follows. */
  kind(kind: string, name: string): Json {
    const found = this.K.filter((one) => one.kind === kind && (one.metadata.name === name || one.metadata.name.startsWith(`${name}-`)));
    const exact = found.find((one) => one.metadata.name === name) ?? found[0];
    if (!exact) throw new Error(`there is no ${kind} ${name}`);
    return exact;
  }

  /** The pod of a workload or task. */
  pod(name: string): Json {
    const owner = this.K.find(
      (one) => /^(Deployment|StatefulSet|Job)$/.test(one.kind) && one.spec.template.metadata.labels['app.kubernetes.io/instance'] === name,
    );
    return owner.spec.template.spec;
  }

  /** Names of workloads and tasks. */
  runners(): string[] {
    return this.parts().map((part) => this.nameOf(part));
  }

  /** Pairs that an edge joins: `from to`. */
  edges(): string[] {
    return this.parts().flatMap((part) =>
      edgesOf(part).outgoing.flatMap(({ peer }) =>
        Part.isPart(peer) && (peer as Runner).resolve().spec.ports.length > 0
          ? [`${this.nameOf(part)} ${this.nameOf(peer as Runner)}`]
          : [],
      ),
    );
  }

  /** Whether one of two waits for the other, which is a task: on a Swarm it has to reach it. */
  waits(one: string, other: string): boolean {
    return this.parts().some((part) =>
      edgesOf(part).outgoing.some(({ peer, gate }) => {
        const pair = [this.nameOf(part), Part.isPart(peer) ? this.nameOf(peer as Runner) : ''];
        return gate === 'completed' && pair.includes(one) && pair.includes(other);
      }),
    );
  }

  /** Names of segments. */
  segments(): string[] {
    return Part.within(this.tree).flatMap((part) => (part.kind === 'network' ? [nameOf(part)] : []));
  }

  private parts(): Runner[] {
    return Part.within(this.tree).filter((part) => part.kind === 'workload' || part.kind === 'task') as unknown as Runner[];
  }

  private nameOf(part: Runner): string {
    return part.resolve().spec.main.name;
  }

  private root(): RootConstruct {
    const construct = new RootConstruct(this.system);
    Environment.set(construct, this.environment);
    this.build(construct);
    return construct;
  }
}
