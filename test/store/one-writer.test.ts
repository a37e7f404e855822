import {
  sources,
  sqlFunctions,
  tablesByModel,
  tablesWritten,
  tablesWrittenByFunctions,
  tableWrites,
  touchesDatabase,
} from './writes';

/** The one folder that writes each table. */
const WRITERS: Record<string, string[]> = {
  'store/orders': [
    ...['orders', 'order_items', 'timeline', 'shipments', 'download_grants', 'request_actors', 'returns'],
    ...['replacements', 'withdrawals', 'return_requests'],
  ],
  'store/stock': ['stock_levels', 'stock_movements', 'holds', 'stock_warnings', 'stock_requests', 'licence_keys'],
  'store/checkouts': ['checkouts', 'checkout_keys', 'stray_sessions'],
  'store/refunds': ['refunds'],
  'store/disputes': ['disputes'],
  'store/notices': ['notices'],
  'store/mails': ['mails', 'mail_requests', 'unsubscribed_addresses'],
  'store/customers': ['customers'],
  'store/catalogue': ['products', 'prices', 'bundle_items', 'product_files', 'product_file_chunks', 'pictures'],
  'store/reconciliation': [
    ...[
      'reconciliations',
      'reconciliation_repairs',
      'discrepancies',
      'sweep_marks',
      'ledger_entries',
      'ledger_lookups',
      'sweep_skips',
      'payouts',
    ],
  ],
  'store/bulk': ['bulks', 'bulk_orders'],
  'store/limits': ['rate_limits'],
  'store/alarms': ['account_alarms'],
  'store/installation': ['installation'],
  'store/shop': ['shop'],
  'store/events': ['event_receiver', 'deliveries'],
};
/** Written by the migrations alone. */
const FIXED = ['order_transitions'];

const models = tablesByModel();
const files = sources();
const folderOf = new Map(Object.entries(WRITERS).flatMap(([folder, tables]) => tables.map((table) => [table, folder])));

test('every table has one folder that writes it', () => {
  expect([...folderOf.keys(), ...FIXED].sort()).toEqual([...models.values()].sort());
});

test('no table is written outside its folder', () => {
  const elsewhere = [...files].flatMap(([path, text]) =>
    [...tablesWritten(text, models)]
      .filter((table) => folder(path) !== folderOf.get(table))
      .map((table) => `${path}: ${table}`),
  );
  expect(elsewhere).toEqual([]);
});

test('only the store sees the generated client, sends SQL and opens transactions', () => {
  const outside = [...files].filter(([path]) => !path.startsWith('store/') && !path.startsWith('prisma/'));
  const touching = outside.filter(([, text]) => touchesDatabase(text, models)).map(([path]) => path);
  expect(touching).toEqual([]);
});

/**
 * The functions in the database that write for more than one subject, themselves or through others, because one
 * statement must do both: each step of the good path is one. Each is called from one folder of the store.
 */
const ACROSS: Record<string, string[]> = {
  open_order: ['store/customers', 'store/orders', 'store/stock'],
  confirm_payment: ['store/customers', 'store/orders'],
  keep_unpaid: ['store/customers', 'store/orders'],
  commit_order: ['store/orders', 'store/stock'],
  write_mails: ['store/mails', 'store/orders'],
  mark_mails: ['store/mails', 'store/orders'],
  restock: ['store/orders', 'store/stock'],
  retake_stock: ['store/orders', 'store/stock'],
  apply_return: ['store/orders', 'store/stock'],
};

test('a function in the database writes for one subject, or is listed with those it writes for', () => {
  const across = [...tablesWrittenByFunctions(models)].flatMap(([name, tables]) => {
    const folders = [...new Set([...tables].map((table) => folderOf.get(table)))].sort();
    return folders.length > 1 ? [[name, folders]] : [];
  });
  expect(Object.fromEntries(across)).toEqual(ACROSS);
});

/** The functions in the database that write an order's row: the steps of the good path. */
const ORDER_STEPS = ['commit_order', 'confirm_payment', 'keep_unpaid', 'mark_mails', 'open_order'];
/** And the triggers that keep a sum or a flag. */
const ORDER_TRIGGERS = ['flag_disputed', 'flag_return_requested', 'flag_review', 'flag_withdrawn', 'sum_lost'];

test('an order’s row is written by changeOrder alone, apart from the steps and triggers in the database', () => {
  const isOrders = (table: string) => table === 'orders';
  const inCode = [...files].flatMap(([path, text]) =>
    tableWrites(text, models)
      .filter(isOrders)
      .map(() => path),
  );
  expect(inCode).toEqual(['store/orders/records.ts']);
  const records = files.get('store/orders/records.ts') ?? '';
  const [changeOrder = ''] = /export async function changeOrder[\s\S]*?\n}\n/.exec(records) ?? [];
  expect(tableWrites(changeOrder, models)).toEqual(['orders']);
  const inSql = [...sqlFunctions()].flatMap(([name, body]) =>
    tablesWritten(body, models).has('orders') ? [name] : [],
  );
  expect(inSql.sort()).toEqual([...ORDER_STEPS, ...ORDER_TRIGGERS].sort());
});

test('each function in the database is called from one folder of the store', () => {
  const callers = [...sqlFunctions().keys()].flatMap((name) => {
    const called = new RegExp(`\\b${name}\\s*\\(\\$`);
    const folders = new Set([...files].filter(([, text]) => called.test(text)).map(([path]) => folder(path)));
    return [...folders]
      .filter((one, _, all) => all.length > 1 || !one.startsWith('store/'))
      .map((one) => `${name}: ${one}`);
  });
  expect(callers).toEqual([]);
});

const folder = (path: string): string => path.split('/').slice(0, 2).join('/');
