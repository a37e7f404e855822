import { Page } from '../parts/page';
import { Link } from '../router';

export function NotFoundPage() {
  return (
    <Page title="There is nothing here">
      <p>
        The shop has no such page. <Link href="/">To the products</Link>
      </p>
    </Page>
  );
}
