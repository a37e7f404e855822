/**
 * Import this before anything that renders. React decides by `NODE_ENV`, once, when it is loaded, whether it is the
 * build for developers, which takes twice as long to render a mail or a page. To Holdfast the variable says something
 * else (whether the sandbox is refused: platform/env.ts), so it is put back.
 */
const given = process.env.NODE_ENV;
process.env.NODE_ENV = 'production';
require('react');
require('react/jsx-runtime');
require('react-dom/server');
if (given === undefined) delete process.env.NODE_ENV;
else process.env.NODE_ENV = given;

export {};
