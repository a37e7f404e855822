// Takes npm's bill of materials and leaves out what only development needs. npm's own `--omit dev` (11.19) would leave
// out what both need, too.
import { json } from 'node:stream/consumers';

const bill = await json(process.stdin);
const isForDevelopment = ({ properties = [] }) =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
const left = new Set(bill.components.filter(isForDevelopment).map((one) => one['bom-ref']));
process.stdout.write(
  `${JSON.stringify({
    ...bill,
    components: bill.components.filter((one) => !left.has(one['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => !left.has(ref))
      .map((one) => ({ ...one, dependsOn: one.dependsOn?.filter((ref) => !left.has(ref)) })),
  })}\n`,
);
