/** Says what a program that deploys with Pulumi has loaded before it deploys anything. */
import { deployKubernetes } from '../../lib/platforms/kubernetes/pulumi';

const loaded = Object.keys(require.cache);
const count = (name: string) => loaded.filter((file) => file.includes(`/node_modules/${name}/`)).length;
const counts = { cdk8s: count('cdk8s'), plus: count('cdk8s-plus-27'), sdk: count('@pulumi/kubernetes') };
process.stdout.write(JSON.stringify({ deploy: typeof deployKubernetes, ...counts }));
