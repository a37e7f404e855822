import type { ReactNode } from 'react';

interface NoticeProps {
  tone: 'plain' | 'good' | 'bad';
  title: string;
  children?: ReactNode;
}

/** A message the shopper should read now. Bad news interrupts a screen reader; the rest does not. */
export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <section className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
