import { App, Chart } from 'cdk8s';
import { acknowledge, HardenedService, plan } from '../../lib';
import { formatProblem } from '../../lib/model/problems';
import { kubernetes } from '../../lib/platforms/kubernetes';

test('a bad reason above the stack takes nothing off', () => {
  const app = new App();
  acknowledge(app, { 'root-user': '' });
  const chart = new Chart(app, 'shop');
  new HardenedService(chart, 'Web', { image: 'registry.example/web:1.0.0', user: '0:0' });
  expect(plan(chart, kubernetes).problems.map(formatProblem)).toEqual([
    'the stack: acknowledge.root-user: needs a reason of at least ten characters, got ""; say why it is acceptable here',
  ]);
});
