import { type ComponentType, useEffect } from 'react';
import { loadCatalogue } from './catalogue';
import { CartPage } from './pages/cart';
import { NotFoundPage } from './pages/not-found';
import { ProductPage } from './pages/product';
import { ProductsPage } from './pages/products';
import { SuccessPage } from './pages/success';
import { Announcer } from './parts/announcer';
import { Header } from './parts/header';
import { useLocation } from './router';
import { useWords } from './words/language';

const PAGES: Record<string, ComponentType<{ parameters: URLSearchParams }>> = {
  '/': ProductsPage,
  '/cart': CartPage,
  '/success': SuccessPage,
};

/** The whole shop: the frame, and the page that belongs to the address. */
export function Shop() {
  const { pathname, searchParams } = useLocation();
  const { language, frame } = useWords();
  useEffect(() => void loadCatalogue(), []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <>
      <a className="skip" href="#main">
        {frame.skip}
      </a>
      <Header />
      <main id="main">
        <Page pathname={pathname} parameters={searchParams} />
      </main>
      <footer>
        <p>{frame.about}</p>
        <ul>
          <li>
            <a href={`/withdraw?locale=${language}`}>{frame.withdraw}</a>
          </li>
          <li>
            <a href="/docs">{frame.api}</a>
          </li>
        </ul>
      </footer>
      <Announcer />
    </>
  );
}

function Page({ pathname, parameters }: { pathname: string; parameters: URLSearchParams }) {
  const sku = /^\/product\/([\w.-]+)$/.exec(pathname)?.[1];
  if (sku !== undefined) return <ProductPage key={sku} sku={sku} />;
  const Named = PAGES[pathname] ?? NotFoundPage;
  return <Named parameters={parameters} />;
}
