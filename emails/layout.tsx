import type { ReactNode } from 'react';
import { Body, Container, Head, Heading, Html, Preview, Section, Text } from 'react-email';
import { css, styles } from './theme';

/**
 * The frame of every mail: the shop's name, one card, a line on why it came. No image and nothing remote: it says everything with images off,
 * and tells nobody when it is read.
 */
export function Layout({ shop, title, preview, why, children }: LayoutProps) {
  return (
    <Html lang="en">
      <Head>
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <style>{css}</style>
      </Head>
      <Body className="page" style={styles.page}>
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
          </Text>
        </Container>
      </Body>
    </Html>
  );
}

export interface LayoutProps {
  shop: string;
  /** The headline, and the document's title for those who hear it read. */
  title: string;
  /** What an inbox shows after the subject. */
  preview: string;
  /** Why the reader gets this mail. */
  why: string;
  children: ReactNode;
}

/** Why a customer gets a mail, for the foot of it. */
export const becauseOrdered = (shop: string): string =>
  `You get this e-mail because this address was given for an order at ${shop}.`;

/** Why staff get one. */
export const becauseStaff = (shop: string): string =>
  `You get this e-mail because this address is the one for staff of ${shop}.`;
