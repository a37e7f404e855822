import { type ReactNode, useEffect, useRef } from 'react';
import { useWords } from '../words/language';

let first = true;

/** A page with its title. Navigating to it moves the focus here, so that a screen reader follows. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  const { frame } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${frame.title}`;
  }, [title, frame]);
  useEffect(() => {
    if (!first) heading.current?.focus();
    first = false;
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  );
}
