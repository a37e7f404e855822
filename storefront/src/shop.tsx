import { type ComponentType, useEffect } from 'react';
import { loadCatalogue } from './catalogue';
import { CartPage } from './pages/cart';
import { NotFoundPage } from './pages/not-found';
import { ProductsPage } from './pages/products';
import { SuccessPage } from './pages/success';
import { Announcer } from './parts/announcer';
import { Header } from './parts/header';
import { useLocation } from './router';

const PAGES: Record<string, ComponentType<{ parameters: URLSearchParams }>> = {
  '/': ProductsPage,
  '/cart': CartPage,
  '/success': SuccessPage,
};

/** The whole shop: one frame, and the page that the address names. */
export function Shop() {
  const { pathname, searchParams } = useLocation();
  const Page = PAGES[pathname] ?? NotFoundPage;
  useEffect(() => void loadCatalogue(), []);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Header />
      <main id="main">
        <Page parameters={searchParams} />
      </main>
      <footer>
        <p>
          The demo shop of Holdfast. You pay on Stripe’s page, never here. <a href="/docs">The API behind it</a>
        </p>
      </footer>
      <Announcer />
    </>
  );
}
