import { randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';

// Stands in for the company's OpenID provider. Anybody is let in under any name, with any password; the name decides
// about the groups. Arguments: the port, the client's secret, and the addresses that it may lead back to.
const [port, secret, ...redirects] = process.argv.slice(2);
const GROUPS = { grace: ['support'], alan: ['readers'] };

new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: 'holdfast-staff', client_secret: secret, redirect_uris: redirects }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
  conformIdTokenClaims: false, // the groups are read from the ID token
  cookies: { keys: [randomBytes(32).toString('hex')] },
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({ sub: name, email: `${name}@shop.example`, email_verified: true, groups: GROUPS[name] ?? [] }),
  }),
}).listen(Number(port), '127.0.0.1');
