import * as pulumi from '@pulumi/pulumi';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks';

/** A resource as it reached the engine. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly parent: string;
  /** Reference to its provider; empty for the default one. */
  readonly provider: string;
  /** Names of the resources that it waits for. */
  readonly dependsOn: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly retainOnDelete: boolean;
  readonly secretOutputs: readonly string[];
  /** Names that it had before. */
  readonly aliases: readonly string[];
}

/** What a program registered and said. */
export class Recorded {
  readonly resources: Registered[] = [];
  readonly log: { readonly severity: string; readonly message: string }[] = [];
  /** What the program threw. */
  error?: unknown;

  /** The resource of a type and name. */
  find(type: string, name: string): Registered {
    const found = this.resources.find((one) => one.type === type && one.name === name);
    if (!found) throw new Error(`no ${type} ${name} among ${this.resources.map((one) => `${one.type} ${one.name}`).join(', ')}`);
    return found;
  }
}

/** The request for a resource, as far as tests look. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getRetainondelete(): boolean;
  getAdditionalsecretoutputsList(): string[];
  getAliasurnsList(): string[];
  getAliasesList(): { getSpec(): { getName(): string } | undefined }[];
}

/** Runs a program against a recording instead of an engine, with this config. */
export async function record(program: () => void, config: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  const recorded = new Recorded();
  const requests = new Map<string, Request>();
  const inputs = new Map<string, Readonly<Record<string, unknown>>>();
  const register = MockMonitor.prototype.registerResource;
  const spies = [
    jest.spyOn(MockMonitor.prototype, 'registerResource').mockImplementation(function (
      this: MockMonitor,
      request: Request,
      callback: Parameters<typeof register>[1],
    ) {
      requests.set(`${request.getType()} ${request.getName()}`, request);
      return register.call(this, request, callback);
    }),
    ...(['warn', 'info'] as const).map((severity) =>
      jest.spyOn(pulumi.log, severity).mockImplementation((...[message]) => {
        recorded.log.push({ severity, message });
        return Promise.resolve();
      }),
    ),
  ];
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs: given }) => {
      inputs.set(`${type} ${name}`, given);
      const made = type.startsWith('random:') ? { result: `${name} generated`, hex: '0123456789abcdef' } : {};
      return { id: `${name}-id`, state: { ...given, ...made } };
    },
    call: ({ inputs: given }) => given,
  };
  await pulumi.runtime.setMocks(mocks, 'project', 'test', false);
  pulumi.runtime.setAllConfig({ ...config }, []);
  try {
    program();
  } catch (error) {
    recorded.error = error;
  }
  await pulumi.runtime.disconnect();
  for (const spy of spies) spy.mockRestore();
  for (const [key, request] of requests) recorded.resources.push(describeRequest(request, inputs.get(key) ?? {}));
  return recorded;
}

function describeRequest(request: Request, inputs: Readonly<Record<string, unknown>>): Registered {
  const parent = request.getParent();
  const types = parent ? `${parent.split('::')[2]}$${request.getType()}` : request.getType();
  return {
    type: request.getType(),
    name: request.getName(),
    urn: `urn:pulumi:test::project::${types}::${request.getName()}`,
    inputs,
    parent,
    provider: request.getProvider(),
    dependsOn: request.getDependenciesList().map((urn) => urn.split('::').pop() as string),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    retainOnDelete: request.getRetainondelete(),
    secretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [
      ...request.getAliasurnsList().map((urn) => urn.split('::').pop() as string),
      ...request.getAliasesList().flatMap((alias) => alias.getSpec()?.getName() ?? []),
    ],
  };
}
