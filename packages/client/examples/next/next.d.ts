// The one thing of Next.js that this example uses. In your shop, Next.js declares it itself.
declare module 'next/headers' {
  export function headers(): Promise<Headers>;
}
