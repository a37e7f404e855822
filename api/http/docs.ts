import express, { type Router } from 'express';

/**
 * `GET /docs`: the OpenAPI document, rendered by Scalar. Scalar's bundle is served from here, so nothing is fetched
 * from elsewhere.
 */
export function docsPage(): Router {
  const router = express.Router();
  router.get('/docs', (_req, res) => {
    res.locals.route = '/docs';
    // Scalar writes its own styles. No other page needs that.
    const policy = String(res.get('content-security-policy')).replace(
      "style-src 'self'",
      "style-src 'self' 'unsafe-inline'",
    );
    res.set('content-security-policy', policy).type('html').send(PAGE);
  });
  router.get('/docs/scalar.js', (_req, res) => {
    res.locals.route = '/docs';
    res.sendFile(BUNDLE, { maxAge: '1d' });
  });
  router.get('/docs/start.js', (_req, res) => {
    res.locals.route = '/docs';
    res.type('js').send(START);
  });
  return router;
}

const BUNDLE = require.resolve('@scalar/api-reference/browser/standalone.js');

/** The page has no inline script, so the content security policy needs no exception. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Holdfast API</title>
  </head>
  <body>
    <div id="app"></div>
    <script src="/docs/scalar.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** All of Scalar's features that call or link to its vendor are off: the page is a document, not a client. */
const START = `Scalar.createApiReference('#app', {
  url: '/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
});
`;
