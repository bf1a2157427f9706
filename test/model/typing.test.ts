/**
 * What the compiler refuses. The assertions are the `@ts-expect-error` comments: the type check of the project fails when
 * one of them is no error any more. The functions are never called.
 */
import {
  type Acknowledgements,
  type Cpu,
  type Duration,
  Environments,
  type EnvValue,
  type HardenedService,
  type HardenedServiceProps,
  type Part,
  type PersistentVolumeProps,
  type Size,
} from '../../lib';
import type { ComposeNatives } from '../../lib/platforms/compose';
import { compose } from '../../lib/platforms/compose';
import { kubernetes } from '../../lib/platforms/kubernetes';

const refused = {
  quantities() {
    // @ts-expect-error decimal units mean different things to Docker and to Kubernetes
    const decimal: Size = '4G';
    // @ts-expect-error a size has a unit
    const bare: Size = '512';
    // @ts-expect-error seconds are written as s
    const words: Duration = '5 seconds';
    // @ts-expect-error a duration has a unit
    const number: Duration = 5;
    // @ts-expect-error cores as text are thousandths
    const cores: Cpu = '0.5';
    return [decimal, bare, words, number, cores];
  },
  props() {
    // @ts-expect-error users are numeric
    const user: HardenedServiceProps = { image: 'a:1', user: 'app:app' };
    // @ts-expect-error an image is needed
    const image: HardenedServiceProps = {};
    // @ts-expect-error a typo in a property
    const typo: HardenedServiceProps = { image: 'a:1', replica: 3 };
    // @ts-expect-error a percentage needs its sign
    const percent: HardenedServiceProps = { image: 'a:1', maxUnavailable: '25' };
    // @ts-expect-error undefined is not the same as left out
    const nothing: HardenedServiceProps = { image: 'a:1', replicas: undefined };
    // @ts-expect-error an object is no value of a variable
    const env: EnvValue = { a: 1 };
    // @ts-expect-error a volume has a size
    const volume: PersistentVolumeProps = {};
    // @ts-expect-error an identity is one of two words
    const identity: HardenedServiceProps = { image: 'a:1', identity: true };
    return [user, image, typo, percent, nothing, env, volume, identity];
  },
  acknowledgements() {
    // @ts-expect-error there is no such feature
    const unknown: Acknowledgements = { 'root-users': 'because of the image' };
    // @ts-expect-error a reason is text
    const reason: Acknowledgements = { 'root-user': true };
    return [unknown, reason];
  },
  environments() {
    // @ts-expect-error there must be a value for all others
    return Environments.test.pick({ test: 1 });
  },
  parts(service: HardenedService, volume: Part<'volume'>) {
    service.tune(kubernetes, (native) => {
      native.deployment.spec.paused = true;
      // @ts-expect-error a number is no text
      native.deployment.metadata.name = 5;
      // @ts-expect-error a workload has no claim
      native.claim;
    });
    service.tune(compose, (native) => {
      native.service.hostname = 'web';
      // @ts-expect-error Compose knows no Deployment
      native.deployment;
    });
    volume.tune(kubernetes, (native) => {
      native.claim.spec.storageClassName = 'fast';
      // @ts-expect-error a volume has no Deployment
      native.deployment;
    });
    volume.tune<ComposeNatives>(compose, (native) => {
      native.driver = 'example/nfs';
    });
    // @ts-expect-error specs are read-only
    service.part.resolve().spec.replicas = 3;
    // @ts-expect-error so is what a construct shows
    service.part = undefined;
  },
};

test('what must not compile is written down', () => {
  expect(Object.keys(refused)).toEqual(['quantities', 'props', 'acknowledgements', 'environments', 'parts']);
});
