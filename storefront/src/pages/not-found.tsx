import { Page } from '../parts/page';
import { Link } from '../router';

export function NotFoundPage() {
  return (
    <Page title="Page not found">
      <p>
        The shop has no such page. <Link href="/">See our products</Link>
      </p>
    </Page>
  );
}
