import type { ReactNode } from 'react';
import type { Language } from '../domain/locale';
import { Body, Container, Head, Heading, Html, Preview, Section, Text } from './react-email';
import { darkCss, narrowCss, styles } from './theme';
import type { MailWords } from './words/en';

/**
 * The frame of every mail: the shop's name, one card, and a line that says why the reader gets it. It loads no images
 * and nothing remote, so it reads the same with images off and does not track the reader.
 */
export function Layout({ shop, title, preview, why, unsubscribe = null, lang = 'en', children }: LayoutProps) {
  return (
    <Html lang={lang}>
      <Head>
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <style>{narrowCss}</style>
        <style>{darkCss}</style>
      </Head>
      <Body className="page" lang={lang} style={styles.page}>
        <Preview useTitleTag={false}>{preview}</Preview>
        <Container style={styles.outer}>
          <Text className="ink" style={styles.shop}>
            {shop}
          </Text>
          <Section className="card" style={styles.card}>
            <div className="inner" style={styles.inner}>
              <Heading as="h1" className="ink title" style={styles.title}>
                {title}
              </Heading>
              {children}
            </div>
          </Section>
          <Text className="muted" style={styles.footer}>
            {why}
            {unsubscribe !== null && (
              <>
                {' '}
                <a className="muted" href={unsubscribe.url} style={styles.footerLink}>
                  {unsubscribe.label}
                </a>
              </>
            )}
          </Text>
        </Container>
      </Body>
    </Html>
  );
}

export interface LayoutProps {
  shop: string;
  /** The headline. It is also the document's title, for screen readers. */
  title: string;
  /** The text an inbox shows after the subject. */
  preview: string;
  /** Why the reader gets this mail. */
  why: string;
  /** The link that ends mails of this kind, where the reader may refuse them. */
  unsubscribe?: { url: string; label: string } | null;
  /** Default: English, as staff are written to. */
  lang?: Language;
  children: ReactNode;
}

/** The frame of a mail to a customer, in their language. */
export const CustomerLayout = ({ words, ...frame }: Omit<LayoutProps, 'why' | 'lang'> & { words: MailWords }) => (
  <Layout {...frame} lang={words.language} why={words.why(frame.shop)} />
);

/** The footer of a mail to staff. */
export const becauseStaff = (shop: string): string =>
  `You are receiving this e-mail because this is the staff address of ${shop}.`;
