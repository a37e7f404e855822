import { Page } from '../parts/page';
import { Link } from '../router';
import { useWords } from '../words/language';

export function NotFoundPage() {
  const { title, text } = useWords().notFound;
  return (
    <Page title={title}>
      <p>
        {text((link) => (
          <Link href="/">{link}</Link>
        ))}
      </p>
    </Page>
  );
}
