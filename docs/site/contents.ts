/** One page: its file from the root of the repository, its name in lists, and what a reader finds there. */
export interface Page {
  file: string;
  title: string;
  about: string;
}

/**
 * What the documentation consists of, in reading order. The site's side bar, docs/README.md and llms.txt are made of
 * it. A test compares it with the files there are.
 */
export const CONTENTS: { heading: string; pages: Page[] }[] = [
  {
    heading: 'Start',
    pages: [
      page('quickstart', 'Quickstart', 'from a clone to a shipped order'),
      page('concepts', 'Concepts', 'the words that everything else uses, and where each lives in the code'),
      page('how-an-order-lives', 'How an order lives', 'the statuses in a picture, the steps, and how an order ends'),
      page('pictures', 'The demo shop in pictures', 'from the shelf to a return, on desktop and phone, light and dark'),
      page('comparison', 'Compared with others', 'what Medusa, Vendure, Saleor, DBOS and Temporal’s example do better'),
    ],
  },
  {
    heading: 'Build a shop',
    pages: [
      page('storefront', 'A storefront', 'what a shop’s pages do, step by step, and what to do about every error'),
      {
        file: 'packages/client/README.md',
        title: 'The client for storefronts',
        about: 'cart, checkout and orders in TypeScript, with examples in HTML, Next.js, Python and curl',
      },
      page(
        'shop',
        'What every checkout offers',
        'the catalogue, shipping rates, promotion codes, tax, invoices, terms',
      ),
      page('outbound-events', 'Events for your other systems', 'signed events for a warehouse or an accounting system'),
      page('sandbox', 'The Stripe sandbox', 'making refunds fail, disputes open and webhooks go astray'),
      page('agents', 'Orders of agents', 'a preview: what AI agents sell for you through Stripe'),
    ],
  },
  {
    heading: 'Look after orders',
    pages: [
      page(
        'staff-runbook',
        'Staff runbook',
        'finding, holding, refunding and replacing orders, and what needs attention',
      ),
      page(
        'support-tickets',
        'Fourteen tickets',
        'what customers write, and what support staff do about it, step by step',
      ),
      page('events', 'Stripe events', 'every event, what it does in every state, and the test that shows it'),
      page('refusals', 'Refusals', 'what Stripe, mail, PostgreSQL and Temporal can refuse, and what happens then'),
    ],
  },
  {
    heading: 'Run it',
    pages: [
      page(
        'going-live',
        'Going live',
        'a checklist that a command ticks off; Stripe, mail, Temporal Cloud, PostgreSQL, containers',
      ),
      page('moving-in', 'Moving in from another shop', 'products, prices and stock from a CSV file or an export'),
      page('operating', 'Operating', 'processes, health, the sweep, logs, every variable'),
      page(
        'telemetry',
        'Logs, traces and errors',
        'what each line says, what is never in one, how traces are followed',
      ),
      page('metrics', 'Metrics', 'every metric, its labels, and what a scrape costs'),
      page('alerts', 'Alerts', 'when a person must look, and what they do then'),
      page('security', 'Security', 'who is trusted with what, how each door is guarded, how secrets are rolled'),
      page('reliability', 'Reliability', 'what is promised, and the test that shows each promise'),
      page('performance', 'Performance', 'what an order costs, where, and beside what it is measured'),
      page('scaling', 'Scaling', 'what a million orders cost, which limit comes first, and what to do about it'),
    ],
  },
  {
    heading: 'Change it',
    pages: [
      page('changing-workflows', 'Changing workflows', 'adding a step to the life of an order, up to its replay'),
      page('oracles', 'Oracles', 'how the sandbox is checked against Stripe’s own specification'),
      page('dependencies', 'Dependencies', 'what each package is for'),
      page('deciding/README', 'Decisions', 'why things are as they are'),
      { file: 'CONTRIBUTING.md', title: 'Contributing', about: 'how to change Holdfast, and what we look for' },
      { file: 'SECURITY.md', title: 'Reporting a weakness', about: 'whom to tell, and what counts' },
      { file: 'CHANGELOG.md', title: 'Changelog', about: 'what is new' },
    ],
  },
];

function page(name: string, title: string, about: string): Page {
  return { file: `docs/${name}.md`, title, about };
}
