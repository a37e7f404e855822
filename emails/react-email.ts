import { dirname, join } from 'node:path';
import type * as ReactEmail from 'react-email';

/**
 * The components of React Email that mails use, each from its own file. The entry of the package also loads a syntax
 * highlighter, Markdown and Tailwind, which no mail uses and every start of a worker would wait for.
 */
const COMPONENTS = join(dirname(require.resolve('react-email')), 'components');

function component<Name extends keyof typeof ReactEmail>(name: Name): (typeof ReactEmail)[Name] {
  const file = name.toLowerCase();
  return require(join(COMPONENTS, file, `${file}.cjs`))[name];
}

export const Body = component('Body');
export const Button = component('Button');
export const Container = component('Container');
export const Head = component('Head');
export const Heading = component('Heading');
export const Html = component('Html');
export const Preview = component('Preview');
export const Section = component('Section');
export const Text = component('Text');
