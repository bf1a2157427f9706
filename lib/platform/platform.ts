import type { IConstruct } from 'constructs';
import type { Joined, Runner } from '../model/edges/edges';
import type { ExternalPeer } from '../model/edges/peers';
import type { Environment } from '../model/environment';
import type { Acknowledgeable, Feature } from '../model/features';
import type { Kind, Kinds } from '../model/kinds';
import type { Part, Tunable } from '../model/part';
import type { Problem } from '../model/problems';
import type { PortSpec } from '../model/workload/spec';
import type { ImpliedNetwork, Networking, NetworkView } from './networks';

/** How well a platform does something that a user may ask for. */
export type Support = 'native' | { readonly emulated: string } | { readonly unsupported: string };

/** The type of a platform's native object for each kind. */
export type Natives = { readonly [K in Kind]: object };

/** The stack that is being rendered. */
export interface StackView {
  /** The stack's name without its environment: `veogen`. */
  readonly name: string;
  /** The environment at the root of the stack. */
  readonly environment: Environment;
}

/** An edge with its ports looked up. */
export interface EdgeView {
  /** The other end: a workload, task or operator's object, or somebody outside. */
  readonly peer: Joined | ExternalPeer;
  /** The ports of the target that may be connected to. None of a workload without ports; towards a peer outside none means all. */
  readonly ports: readonly PortSpec[];
}

/** Something that a workload or task waits for before it starts. */
export interface GateView {
  /** What is waited for; it may be part of another stack, where the platform knows its names. */
  readonly part: Runner;
  /** Until it is well, or until it has ended without an error. */
  readonly gate: 'ready' | 'completed';
  /** The TCP port on which it is reached; absent where it has none that an edge allows. */
  readonly port?: PortSpec;
}

/** What a cell may know beside the spec of its part. */
export interface At<N extends Natives, K extends Kind = Kind> {
  /** The part. */
  readonly part: Part<K>;
  /** The part's name, the same on every platform. */
  readonly name: string;
  /** The path of the construct, for messages. */
  readonly path: string;
  /** The stack. */
  readonly stack: StackView;
  /** The environment of the part. */
  readonly environment: Environment;
  /** Whether the user asked for a feature by name, as opposed to getting it by default. */
  asked(feature: Feature): boolean;
  /** The reason with which something was acknowledged at the part or above it. */
  acknowledged(what: Acknowledgeable): string | undefined;
  /** The name of another part. */
  nameOf(part: Part): string;
  /** The spec of another part. */
  spec<P extends Kind>(part: Part<P>): Kinds[P];
  /** The native of a part that comes earlier in the order of drafts. */
  native<P extends Kind>(part: Part<P>): N[P];
  /** Published entrances to this workload. */
  readonly routes: readonly Part<'route'>[];
  /** Who may connect to this workload or task. */
  readonly incoming: readonly EdgeView[];
  /** What this workload may connect to. */
  readonly outgoing: readonly EdgeView[];
  /** What this workload or task waits for before it starts. No circles within a stack. */
  readonly gates: readonly GateView[];
  /** Whether a part belongs to this stack. */
  owns(part: Part): boolean;
  /** The networks of this workload or task, where the platform isolates by networks; none elsewhere. */
  readonly networks: readonly NetworkView[];
  /** The workload each of whose replicas has a volume of its own by this part. */
  readonly perReplicaOf: Part<'workload'> | undefined;
  /**
   * Takes a name in a space of names, such as `container`; a second taker is an error. What is no name, such as
   * `published port`, needs a way out of its own; an owner, such as a value that several parts use, may take it again.
   */
  claim(space: string, name: string, fix?: string, owner?: string): void;
  /** Reports a problem that only this platform has. */
  problem(where: string, what: string, value: unknown, fix: string): void;
}

/** How a platform makes one kind of part. */
export interface Cell<K extends Kind, N extends Natives, O> {
  /** Makes the native object while it can still be edited. Plain data; touches nothing. */
  draft(spec: Kinds[K], at: At<N, K>): N[K];
  /** Hands the edited object over. */
  commit(native: N[K], spec: Kinds[K], at: At<N, K>, out: O): void;
}

/** A target: a table with a line for each feature and a cell for each kind. It knows no construct. */
export interface Platform<N extends Natives, O> extends Tunable<N> {
  /** `kubernetes`, `docker`, `swarm`, `swarm-file`, `compose`. */
  readonly name: string;
  /** The name for people. */
  readonly title: string;
  /** One line for each feature. */
  readonly support: Readonly<Record<Feature, Support>>;
  /** How networks isolate, on an engine where they do; policies do elsewhere. */
  readonly networking?: Networking;
  /** Whether it looks for values that are not known yet itself, when it finishes what was made of natives. @default false */
  readonly finishes?: boolean;
  /** What nobody can change of a native once it exists, by name, for the identity ledger. @default - nothing beside the spec */
  readonly identity?: { readonly [K in Kind]?: (native: N[K]) => Readonly<Record<string, string>> };
  /** One cell for each kind. */
  readonly cells: { readonly [K in Kind]: Cell<K, N, O> };
  /** Makes what belongs to the stack as a whole, before the parts are committed. */
  begin?(plan: Plan<N, O>, out: O): void;
}

/** One thing that a platform does differently, or not at all, and that was asked for. */
export interface Difference {
  /** Path of the construct. */
  readonly path: string;
  /** What was asked for. */
  readonly feature: Feature;
  /** Whether the platform does it in another way or leaves it out. */
  readonly how: 'emulated' | 'acknowledged';
  /** How it is emulated or why it is missing; then, where it was acknowledged, the user's reason. */
  readonly reason: string;
}

/** A part with its native object, drafted and edited. */
export interface Drafted<N extends Natives, K extends Kind = Kind> {
  /** The part. */
  readonly part: Part<K>;
  /** The native object. */
  readonly native: N[K];
  /** What its cell may know. */
  readonly at: At<N, K>;
}

/** A rendered stack that was not handed over yet. */
export interface Plan<N extends Natives, O> {
  /** The target. */
  readonly platform: Platform<N, O>;
  /** The stack. */
  readonly stack: StackView;
  /** Networks that nobody declared, where the platform isolates by networks. */
  readonly networks: readonly ImpliedNetwork[];
  /** In the order in which they are committed. Where there are problems: what could be drafted all the same. */
  readonly drafted: readonly Drafted<N>[];
  /** What is wrong; nothing is handed over then. */
  readonly problems: readonly Problem[];
  /** What is allowed, and yet should be known. */
  readonly warnings: readonly Problem[];
  /** What the platform does differently, or not at all. */
  readonly differences: readonly Difference[];
}

/** A planned stack, as far as an inspector looks at it. */
export interface PlannedStack {
  /** The stack. */
  readonly stack: StackView;
  /** The target. */
  readonly platform: Pick<Platform<Natives, never>, 'support' | 'networking'> & {
    readonly identity?: { readonly [kind: string]: ((native: never) => Readonly<Record<string, string>>) | undefined };
  };
  /** Parts with their native objects. */
  readonly drafted: readonly { readonly part: Part; readonly native: object }[];
}

/** Whoever looks at a stack when it is planned, and has something to say of it. */
export interface Inspector {
  /** What is wrong with a stack, and what should be known. */
  inspect(
    root: IConstruct,
    planned: PlannedStack,
    foreign?: (scope: IConstruct) => boolean,
  ): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };
}
