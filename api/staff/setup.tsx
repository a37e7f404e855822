import { savedViews } from '../../messages/views';
import { KEEP_SETUP, saveViewUrl, setupScript, type TemporalUi, uiSetup } from '../../platform/temporal-ui';
import type { ApiDeps } from '../deps';
import { type Route, route } from '../http/route';
import { staffPage, staffProblemPage } from './page';
import { type StaffSessions, staffPath } from './session';

/**
 * The columns and saved views of the lists in the Temporal UI. A browser keeps them for the origin of the Temporal UI
 * alone: this page can set them where a proxy serves both at one address. Elsewhere it has what is to be pasted there.
 */
export const setupRoutes = (deps: ApiDeps, sessions: StaffSessions, ui: TemporalUi | null): Route[] => [
  route({
    method: 'get',
    path: '/staff/setup',
    tag: 'Staff',
    summary: 'Sets up the lists of the Temporal UI in a browser',
    description: 'For people. Without JavaScript it shows what to paste into the console of the Temporal UI.',
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    page: staffProblemPage(deps.env),
    handle: async ({ actor, req }) => {
      const signedIn = { name: actor, formKey: sessions.formKey(req) };
      const body = <Setup deps={deps} ui={ui} />;
      return {
        html: staffPage(deps.env, { title: 'Set up the lists', signedIn, body, script: SCRIPT }),
        script: SCRIPT,
      };
    },
  }),
];

const Setup = ({ deps: { env, clock, temporal }, ui }: { deps: ApiDeps; ui: TemporalUi | null }) => {
  const views = savedViews(clock.now());
  const setup = uiSetup(temporal.options.namespace, views);
  return (
    <>
      <section>
        <h1>Set up the lists</h1>
        <p>
          The lists in the Temporal UI then show the number, the status and the amount of each order (in the smallest
          unit of its currency: 3600 is €36.00), and the everyday lists are among its saved views. This is kept per
          browser. You can run it again at any time.
        </p>
        <button
          className="button primary"
          id="set"
          type="button"
          hidden
          data-origin={ui === null ? '' : new URL(ui.url).origin}
          data-setup={JSON.stringify(setup)}
          data-done="Done. Open a list, or reload the one that is open."
        >
          Set up this browser
        </button>
        <button
          className="button"
          id="copy"
          type="button"
          hidden
          data-done="Copied. Paste it into the console of the Temporal UI."
        >
          Copy the script
        </button>
        <p className="hint" id="said" role="status" />
      </section>
      <section>
        <h2>By hand</h2>
        <p>
          {'Open '}
          {ui === null ? 'the Temporal UI' : <a href={ui.url}>the Temporal UI</a>}
          {
            ', press F12, choose “Console”, paste this, and press Enter. If the browser warns of pasting, type what it asks for first (“allow pasting”).'
          }
        </p>
        <code className="said" id="script">
          {setupScript(setup)}
        </code>
        {ui && (
          <>
            <p>Without the console, each of these links adds one saved view, every time that you open it:</p>
            <ul className="rows">
              {views.map((view) => (
                <li key={view.name}>
                  <a href={saveViewUrl(ui, view)}>{view.name}</a>
                </li>
              ))}
            </ul>
          </>
        )}
        <p>
          <a href={staffPath(env)}>Back to the lists</a>
        </p>
      </section>
    </>
  );
};

/** A button is shown where it works. */
const SCRIPT = `
const byId = (id) => document.getElementById(id);
const offer = (button, work) => {
  button.hidden = false;
  button.addEventListener('click', async () => {
    byId('said').textContent = await work().then(() => button.dataset.done, () => 'The browser does not allow it.');
  });
};
const keepSetup = ${KEEP_SETUP};
const { origin, setup } = byId('set').dataset;
if (origin === location.origin) offer(byId('set'), async () => keepSetup(JSON.parse(setup)));
else if (navigator.clipboard) offer(byId('copy'), () => navigator.clipboard.writeText(byId('script').textContent));
`;
